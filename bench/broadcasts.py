"""`python -m bench.broadcasts [--members N ...]`: how long it takes to plan a message to a whole membership.

Planning runs in a process of its own, so that its memory is its alone, and beside it the same rows are inserted as bare
as it gets: PyMySQL, one statement for many rows, one commit a slice. Then what an operator waits for while all of
them wait: a pause, how far it is, and the skipping of the rest.
"""

import resource
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from time import perf_counter
from typing import Any, Final

from rich.console import Console
from sqlalchemy import Engine, insert, text

from backend.kit.db import connect, run
from backend.kit.ids import new_ids
from backend.kit.migrations import upgrade
from backend.messaging import broadcasts
from backend.messaging.broadcasts import SLICE, Wish
from backend.messaging.broadcasts.rules import cause
from backend.operators import Operator
from backend.runtime import Runtime
from bench.crowd import BATCH, JOINED, MEMBERS, NOW
from bench.scratch import mariadb
from bench.soak.place import runtime_of

SIZES: Final = (10_000, 100_000, 1_000_000)
SKIPPED_A_SLICE: Final = 2_000
LOGINS: Final = ("chen", "anna")
WISH: Final = Wish("周年庆", "campaign", {"title": "周年庆会员日", "text": "全场满三百减五十"})
LATER: Final = NOW + timedelta(hours=1)
COLUMNS: Final = (
    "id",
    "member_id",
    "cause",
    "template",
    "words",
    "status",
    "queue",
    "decided_at",
    "due_at",
    "attempts",
)
ALIKE: Final = ("campaign", "{}", "waiting", 77, "2026-03-01 01:00:00", "2026-03-01 01:00:00", 0)
# the driver makes one statement of many rows only where all values are placeholders
BARE: Final = f"INSERT INTO messages ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
HEAD: Final = "| members | what | seconds | messages/s | peak memory MB |\n|---|---|---|---|---|"


def main() -> None:
    """Print the rows for each number of members that was named, or for three."""
    parser = ArgumentParser(prog="python -m bench.broadcasts", description=__doc__)
    parser.add_argument("--members", type=int, nargs="*", default=SIZES)
    print(HEAD, flush=True)
    for size in parser.parse_args().members:
        with mariadb() as url:
            measure(url, size)


def measure(url: str, size: int) -> None:
    """Print the rows for one number of members, each on the same members without messages."""
    engine = connect(url)
    upgrade(engine)
    seed(engine, size)
    for what, work in (("bare inserts", bare), ("planning", plan)):
        seconds, peak_mb = in_a_process(work, url)
        check(engine, size)
        print(f"| {size:,} | {what} | {seconds:,.1f} | {size / seconds:,.0f} | {peak_mb:,.0f} |", flush=True)
        if work is bare:
            with engine.begin() as connection:
                connection.execute(text("TRUNCATE TABLE deliveries"))
                connection.execute(text("SET foreign_key_checks=0"))
                connection.execute(text("TRUNCATE TABLE messages"))
                connection.execute(text("SET foreign_key_checks=1"))
    for what, seconds in steer(runtime_of(url)):
        print(f"| {size:,} | {what} | {seconds:,.2f} | – | – |", flush=True)
    engine.dispose()


def seed(engine: Engine, size: int) -> None:
    """Members, two operators, nothing else."""
    began = perf_counter()
    with engine.begin() as connection:
        for login in LOGINS:
            known = {"password_hash": "-", "display_name": login, "role": "operator", "active": True}
            connection.execute(insert(Operator), [{"login": login, "created_at": NOW, **known}])
    for first in range(1, size + 1, BATCH):
        place = {"joined": JOINED.replace(tzinfo=None), "first": first, "last": first + BATCH - 1}
        with engine.begin() as connection:
            connection.execute(text(MEMBERS.format(size=size)), place)
    note(f"{size:,} members were written in {perf_counter() - began:,.0f} s")


def in_a_process(work: Callable[[str], float], url: str) -> tuple[float, float]:
    """Seconds, and the most memory in MB, of work done by a process of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (work, url))


def measured(work: Callable[[str], float], url: str) -> tuple[float, float]:
    """Seconds, and the most memory of this process in MB."""
    return work(url), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare(url: str) -> float:
    """The rows of a slice in one statement of the driver, their causes reckoned here."""
    engine, last = connect(url), 0
    began = perf_counter()
    while True:
        with engine.begin() as connection:
            read = text(f"SELECT id FROM members WHERE id > {last} ORDER BY id LIMIT {SLICE}")
            ids = connection.execute(read).scalars().all()
            first = new_ids(SLICE)
            rows = [(first + place, member_id, cause(77, member_id), *ALIKE) for place, member_id in enumerate(ids)]
            driver: Any = connection.connection.cursor()
            driver.executemany(BARE, rows)
        if len(ids) < SLICE:
            return perf_counter() - began
        last = ids[-1]


def plan(url: str) -> float:
    """A broadcast that is drafted, approved and started; the time of its planning."""
    write = runtime_of(url).sessions.write
    made = run(write, partial(broadcasts.draft, wish=WISH, by=LOGINS[0], now=NOW)).id
    run(write, partial(broadcasts.approve, broadcast_id=made, by=LOGINS[1], now=NOW))
    run(write, partial(broadcasts.start, broadcast_id=made, by=LOGINS[0], now=NOW))
    began = perf_counter()
    while run(write, partial(broadcasts.plan_slice, broadcast_id=made, now=NOW, limit=SLICE)) is not None:
        pass
    return perf_counter() - began


def steer(runtime: Runtime) -> list[tuple[str, float]]:
    """Seconds of what an operator does with all of them waiting."""
    write = runtime.sessions.write
    with runtime.sessions.read() as session:
        made = broadcasts.page(session, limit=1)[0].id

    def look() -> object:
        with runtime.sessions.read() as session:
            return broadcasts.progress(session, made, now=LATER)

    def skip() -> None:
        while run(write, partial(broadcasts.skip_rest, broadcast_id=made, now=LATER, limit=SKIPPED_A_SLICE)):
            pass

    decided: dict[str, Any] = {"broadcast_id": made, "by": LOGINS[0], "now": LATER}
    return [
        ("pause", timed(lambda: run(write, partial(broadcasts.pause, **decided)))),
        ("progress", timed(look)),
        ("stop", timed(lambda: run(write, partial(broadcasts.stop, **decided)))),
        ("skip the rest", timed(skip)),
    ]


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def check(engine: Engine, size: int) -> None:
    """Raises RuntimeError unless every member has one message."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT COUNT(*), COUNT(DISTINCT member_id) FROM messages"))
        if tuple(found.one()) != (size, size):
            raise RuntimeError("not everybody has one message")


def note(words: str) -> None:
    """Tell beside the table."""
    Console(stderr=True).print(words)


if __name__ == "__main__":
    main()
