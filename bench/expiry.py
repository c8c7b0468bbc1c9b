"""`python -m bench.expiry [--members N ...]`: how long the night takes in which the points of a whole year expire.

Each member has five lots, two of which expire at the same midnight; the journals are chained as the product chains
them. The nightly steps run in a process of their own, so that its memory is theirs alone. A sample is verified.
"""

import resource
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from random import Random
from time import perf_counter
from types import SimpleNamespace
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection, Engine, insert, text

from backend import messaging, points
from backend.jobs.nightly import SLICE, nightly
from backend.kit.db import Model, connect, run
from backend.kit.migrations import upgrade
from backend.members import Member
from backend.points.models import EARN, Account, Entry, Lot
from backend.points.rules import GENESIS, Source, next_line
from backend.runtime import Runtime
from bench.scratch import mariadb
from bench.soak.place import runtime_of

SIZES: Final = (10_000, 100_000, 1_000_000)
BATCH: Final = 2_000
SAMPLE: Final = 500
MIDNIGHT: Final = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # in the shop, at the end of the year
NIGHT: Final = MIDNIGHT + timedelta(hours=2, minutes=10)
JOINED: Final = datetime(2025, 1, 1, 4, 0, tzinfo=UTC)
# when each lot was earned, and when it expires: the points of one year at its end, those of the next a year later
LOTS: Final = (
    (JOINED + timedelta(days=20), MIDNIGHT),
    (JOINED + timedelta(days=200), MIDNIGHT),
    (JOINED + timedelta(days=400), MIDNIGHT + timedelta(days=8)),
    (JOINED + timedelta(days=500), MIDNIGHT + timedelta(days=365)),
    (JOINED + timedelta(days=600), None),
)
HEAD: Final = "| members | step | seconds | accounts/s | lots/s | peak memory MB |\n|---|---|---|---|---|---|"


def settle_and_expire(runtime: Runtime, at: datetime) -> Counter[str]:
    """The first step of the night, slice by slice."""
    counts: Counter[str] = Counter()
    while due := _due(runtime, at):
        counts += run(runtime.sessions.write, partial(points.catch_up, member_ids=due, now=at))
    return counts


def _due(runtime: Runtime, at: datetime) -> list[int]:
    with runtime.sessions.read() as session:
        return sorted(member_id for _, member_id in points.accounts_due(session, now=at, limit=SLICE))


def remind(runtime: Runtime, at: datetime) -> Counter[str]:
    """The last one: a message to whose points have 30, 7 or 1 days left, here a week."""
    before = _waiting(runtime)
    place = 0
    while soon := _soon(runtime, at, place):
        run(runtime.sessions.write, partial(messaging.remind_expiring, due=soon, now=at))
        place = soon[-1]
    return Counter(accounts=_waiting(runtime) - before)


def _soon(runtime: Runtime, at: datetime, place: int) -> list[int]:
    with runtime.sessions.read() as session:
        return messaging.with_points_expiring(session, now=at, after_member_id=place, limit=SLICE)


def _waiting(runtime: Runtime) -> int:
    with runtime.sessions.read() as session:
        return messaging.outbox_depth(session)


def whole_night(runtime: Runtime, at: datetime) -> Counter[str]:
    """All steps, as the scheduler runs them."""
    return Counter(nightly(runtime, at))


STEPS: Final[dict[str, Callable[[Runtime, datetime], Counter[str]]]] = {
    "settle and expire": settle_and_expire,
    "remind": remind,
    "the whole night again": whole_night,
}


def main() -> None:
    """Seed, run the night, verify, for each number of members that was named, or for three."""
    parser = ArgumentParser(prog="python -m bench.expiry", description=__doc__)
    parser.add_argument("--members", type=int, nargs="*", default=SIZES)
    sizes = parser.parse_args().members
    print(HEAD, flush=True)
    for size in sizes:
        with mariadb() as url:
            measure(url, size)


def measure(url: str, size: int) -> None:
    """Print the rows for one number of members."""
    engine = connect(url)
    upgrade(engine)
    began = perf_counter()
    seed(engine, size)
    note(f"{size:,} members with {len(LOTS)} lots each were written in {perf_counter() - began:,.0f} s")
    for step in STEPS:
        seconds, counts, peak_mb = in_a_process(url, step)
        accounts, lots = counts["accounts"], 2 * counts["expired"]
        rates = " | ".join(f"{amount / seconds:,.0f}" if amount else "–" for amount in (accounts, lots))
        print(f"| {size:,} | {step} | {seconds:,.1f} | {rates} | {peak_mb:,.0f} |", flush=True)
    check(url, size)
    engine.dispose()


def seed(engine: Engine, size: int) -> None:
    """Write members, accounts, journals and lots in batches, as if they had been earned one by one."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress, engine.connect() as connection:
        fast(connection)
        task = progress.add_task("seeding", total=size)
        for first in range(1, size + 1, BATCH):
            numbers = range(first, min(first + BATCH, size + 1))
            rows = [row for number in numbers for row in rows_of(number)]
            for table in (Member, Account, Entry, Lot):
                connection.execute(insert(table), [columns for kind, columns in rows if kind is table])
            connection.commit()
            progress.advance(task, len(numbers))


def fast(connection: Connection) -> None:
    """Spare this session the checks that its rows pass anyway."""
    for setting in ("unique_checks", "foreign_key_checks"):
        connection.execute(text(f"SET {setting}=0"))


def rows_of(number: int) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """All rows of one member: five earnings, nothing spent."""
    yield (
        Member,
        {
            "id": number,
            "card_no": f"{number:012d}",
            "gender": "unknown",
            "status": "active",
            "joined_at": JOINED,
            "join_channel": "mini-program",
            "consent_version": "2026-01",
            "consent_at": JOINED,
        },
    )
    end = SimpleNamespace(member_id=number, balance=0, last_seq=0, last_hash=GENESIS, last_at=JOINED)
    for place, (earned_at, expires_at) in enumerate(LOTS, start=1):
        amount = 50 + number * place % 950
        source = Source("purchase", f"{number}-{place}")
        line = next_line(end, EARN, amount, source=source, at=earned_at, expires_at=expires_at)
        end = SimpleNamespace(
            member_id=number, balance=line["balance_after"], last_seq=place, last_hash=line["hash"], last_at=earned_at
        )
        yield Entry, line
        lot = {"member_id": number, "lot_no": place, "amount": amount, "remaining": amount, "held": 0}
        yield Lot, lot | {"expires_at": expires_at}
    due = {"next_expiry_at": MIDNIGHT, "next_due_at": MIDNIGHT}
    yield Account, vars(end) | due | {"debt": 0, "held": 0, "pending": 0, "opened_at": JOINED}


def in_a_process(url: str, step: str) -> tuple[float, Counter[str], float]:
    """Seconds, what was done, and the most memory in MB, of one step run by a process of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(night, (url, step))


def night(url: str, step: str) -> tuple[float, Counter[str], float]:
    """Run one step of the night; says how long it took, what it did, and the most memory of this process in MB."""
    runtime = runtime_of(url)
    began = perf_counter()
    counts = STEPS[step](runtime, NIGHT)
    return perf_counter() - began, counts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def check(url: str, size: int) -> None:
    """The books of a sample, and that nothing is due any more. Raises RuntimeError where something is wrong."""
    sample = Random(size).sample(range(1, size + 1), min(SAMPLE, size))
    with runtime_of(url).sessions.read() as session:
        faults = points.verify(session, sample)
        due = points.due_accounts(session, now=NIGHT)
    if faults or due:
        raise RuntimeError(f"{len(faults)} faults, {due} accounts still due: {faults[:3]}")
    note(f"{len(sample)} accounts verified, nothing is due")


def note(words: str) -> None:
    """Tell beside the table."""
    Console(stderr=True).print(words)


if __name__ == "__main__":
    main()
