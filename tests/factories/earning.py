"""Books of earning rules, put together of as little as a test speaks about."""

from copy import deepcopy

from backend import earning, rulebooks
from backend.earning import Event, EventLine
from tests.support.clocks import MORNING

GROUPS = (
    {"code": "base", "kind": "points", "stacking": "add", "scaled": True},
    {"code": "gift", "kind": "points", "stacking": "add"},
    {"code": "pick", "kind": "points", "stacking": "best"},
    {"code": "bonus", "kind": "multiplier", "stacking": "best"},
    {"code": "season", "kind": "multiplier", "stacking": "multiply"},
    {"code": "sum", "kind": "multiplier", "stacking": "add"},
)
PER_YUAN = {"per_yuan": 10_000}


def make_rule(code, group="base", *, effect=PER_YUAN, trigger="purchase", name="规则", **parts):
    return {"code": code, "name": name, "group": group, "trigger": trigger, "effect": effect, **parts}


def make_definition(*rules, groups=GROUPS):
    return deepcopy({"groups": list(groups), "rules": list(rules)})


def make_book(*rules, groups=GROUPS):
    """A book that is checked as an operator's would be."""
    return earning.checked(make_definition(*rules, groups=groups))


def make_bill(*lines, at=MORNING, **parts):
    """A purchase of lines, each an amount in fen or (amount, brand)."""
    told = [line if isinstance(line, tuple) else (line, None) for line in lines]
    return Event("purchase", at, lines=tuple(EventLine(fen, brand=brand) for fen, brand in told), **parts)


def publish(session, *rules, groups=GROUPS, live_from=MORNING, now=MORNING):
    """Let these rules be the ones in force."""
    newest = rulebooks.newest_published(session, earning.KIND)
    definition = make_definition(*rules, groups=groups)
    drafted = earning.draft(session, definition, based_on=newest, by="boss", note="试", now=now)
    return rulebooks.publish(session, earning.KIND, drafted.version, live_from=live_from, by="boss", now=now)
