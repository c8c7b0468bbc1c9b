"""Rules that prose would lose, read from the syntax tree. Each is shown to bite on a planted line."""

import ast
import tokenize
from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from tests.architecture.sources import Source, product

Finding = tuple[int, str]
Rule = Callable[[Source], Iterator[Finding]]

CLOCKS = {"now", "utcnow", "today"}
TIME_READERS = {"time", "time_ns", "localtime", "gmtime", "ctime"}
LEDGERS = tuple(
    f"backend/{domain}"
    for domain in (
        "adjustments",
        "benefits",
        "bookings",
        "checkin",
        "coupons",
        "earning",
        "families",
        "lifecycle",
        "lottery",
        "mall",
        "partners",
        "points",
        "purchases",
        "referrals",
        "risk",
        "tiers",
    )
)
ARITHMETIC = "backend/kit/money.py"
GIVEN_THEIR_INSTANT = (
    *LEDGERS,
    "backend/insights",
    "backend/members",
    "backend/oa",
    "backend/pos",
    "backend/rulebooks",
    "backend/stores",
    "miniprogram_api",
)
NETWORK = {"requests", "urllib3", "httpx", "aiohttp", "wechatpy", "socket", "http.client", "urllib.request", "smtplib"}
TASK_MARKS = ("TODO", "FIXME", "XXX")


def only_the_kit_commits(source: Source) -> Iterator[Finding]:
    """Services never commit: one door call is one transaction."""
    if not source.is_in("backend/kit", "backend/wechat/simulator"):  # the simulator is a program with its own SQLite
        for call in _calls(source):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
                yield call.lineno, "commits"


def only_the_kit_reads_the_clock(source: Source) -> Iterator[Finding]:
    """An operation is judged by the one instant that its door took from the injected clock."""
    if source.is_in("backend/kit"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and _reads_clock(node):
            yield node.lineno, f"reads {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for name in node.names:
                if name.name in TIME_READERS:
                    yield node.lineno, f"imports time.{name.name}"


def doors_and_ledgers_ask_no_clock(source: Source) -> Iterator[Finding]:
    """A door takes the call's instant from the kit, a service is given it: neither has a clock to ask again."""
    if source.is_in(*GIVEN_THEIR_INSTANT):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node).rpartition(".")[0].endswith("clock"):
                yield node.lineno, f"asks {ast.unparse(node)}"


def ledgers_are_whole_numbers(source: Source) -> Iterator[Finding]:
    """Points, growth and fen are integers: no float and no true division where they are reckoned."""
    if not source.is_in(*LEDGERS) and source.path != ARITHMETIC:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"holds the float {node.value}"
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            yield node.lineno, "divides with /"
        if isinstance(node, ast.Name) and node.id in {"float", "Float", "Decimal"}:
            yield node.lineno, f"speaks of {node.id}"


def only_adapters_open_the_network(source: Source) -> Iterator[Finding]:
    """Four adapters speak to the outside, with time-outs; nobody else has a way to."""
    if source.is_in("backend/wechat", "backend/sms", "backend/mail") or source.path == "backend/jobs/partner_http.py":
        return
    for line, module in _imports(source):
        if any(module == name or module.startswith(f"{name}.") for name in NETWORK):
            yield line, f"imports {module}"


def nobody_prints(source: Source) -> Iterator[Finding]:
    """A process speaks through its log, a command through click."""
    for call in _calls(source):
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            yield call.lineno, "prints"


def nothing_is_left_to_do(source: Source) -> Iterator[Finding]:
    """What is not done is written in the tracker and not in the code."""
    for token in tokenize.generate_tokens(StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and any(mark in token.string for mark in TASK_MARKS):
            yield token.start[0], token.string


RULES: tuple[Rule, ...] = (
    only_the_kit_commits,
    only_the_kit_reads_the_clock,
    doors_and_ledgers_ask_no_clock,
    ledgers_are_whole_numbers,
    only_adapters_open_the_network,
    nobody_prints,
    nothing_is_left_to_do,
)
EXCEPTIONS: dict[tuple[str, str], str] = {}

PLANTED = [
    (only_the_kit_commits, "backend/points/service.py", "session.commit()"),
    (only_the_kit_commits, "miniprogram_api/me.py", "db().commit()"),
    (only_the_kit_reads_the_clock, "backend/points/service.py", "at = datetime.now(UTC)"),
    (only_the_kit_reads_the_clock, "backend/points/service.py", "at = datetime.datetime.utcnow()"),
    (only_the_kit_reads_the_clock, "backend/mall/rules.py", "day = date.today()"),
    (only_the_kit_reads_the_clock, "backend/mall/rules.py", "clock = datetime.now"),
    (only_the_kit_reads_the_clock, "backend/oa/door.py", "at = time.time()"),
    (only_the_kit_reads_the_clock, "backend/oa/door.py", "from time import time_ns"),
    (doors_and_ledgers_ask_no_clock, "backend/points/service.py", "at = clock.now()"),
    (doors_and_ledgers_ask_no_clock, "miniprogram_api/mall.py", "at = runtime().clock.now()"),
    (ledgers_are_whole_numbers, "backend/points/rules.py", "rate = 0.5"),
    (ledgers_are_whole_numbers, "backend/kit/money.py", "share = total / 3"),
    (ledgers_are_whole_numbers, "backend/tiers/rules.py", "share = growth / 2"),
    (ledgers_are_whole_numbers, "backend/purchases/rules.py", "fen = float(yuan)"),
    (ledgers_are_whole_numbers, "backend/mall/rules.py", "price /= 2"),
    (only_adapters_open_the_network, "backend/messaging/service.py", "import requests"),
    (only_adapters_open_the_network, "backend/messaging/channels/mail.py", "import smtplib"),
    (only_adapters_open_the_network, "backend/messaging/service.py", "from urllib.request import urlopen"),
    (nobody_prints, "backend/points/service.py", "print(1)"),
    (nothing_is_left_to_do, "backend/points/service.py", "x = 1  # TODO later"),
]
INNOCENT = [
    (only_the_kit_commits, "backend/kit/db.py", "session.commit()"),
    (only_the_kit_reads_the_clock, "backend/oa/door.py", "at = now()"),
    (only_the_kit_reads_the_clock, "backend/oa/door.py", "at = clock.now()"),
    (only_the_kit_reads_the_clock, "backend/kit/clock.py", "at = datetime.now(UTC)"),
    (doors_and_ledgers_ask_no_clock, "miniprogram_api/mall.py", "at = now()"),
    (doors_and_ledgers_ask_no_clock, "backend/jobs/loop.py", "at = runtime.clock.now()"),
    (ledgers_are_whole_numbers, "backend/points/rules.py", "share = points * 3 // 2"),
    (ledgers_are_whole_numbers, "backend/kit/limits.py", "pause = 0.5"),
    (only_adapters_open_the_network, "backend/wechat/transport.py", "import requests"),
    (only_adapters_open_the_network, "backend/mail/mailer.py", "import smtplib"),
    (only_adapters_open_the_network, "backend/pos/auth.py", "from urllib.parse import quote"),
    (nothing_is_left_to_do, "backend/oa/texts.py", "text = 'TODO'"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_product_keeps(rule):
    found = [
        f"{source.path}:{line} {what}"
        for source in product()
        if (source.path, rule.__name__) not in EXCEPTIONS
        for line, what in rule(source)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("rule", "path", "line"), PLANTED)
def test_rule_bites(rule, path, line):
    assert list(rule(Source(path, line)))


@pytest.mark.parametrize(("rule", "path", "line"), INNOCENT)
def test_rule_spares(rule, path, line):
    assert not list(rule(Source(path, line)))


def test_every_rule_is_shown_to_bite():
    assert {rule for rule, _, _ in PLANTED} == set(RULES)


def test_every_exception_is_needed():
    rules = {rule.__name__: rule for rule in RULES}
    sources = {source.path: source for source in product()}
    idle = [(path, name) for path, name in EXCEPTIONS if path not in sources or not list(rules[name](sources[path]))]
    assert not idle


def _reads_clock(node: ast.Attribute) -> bool:
    owner = ast.unparse(node.value).rpartition(".")[2]
    return (owner in {"datetime", "date"} and node.attr in CLOCKS) or (owner == "time" and node.attr in TIME_READERS)


def _calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def _imports(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)
