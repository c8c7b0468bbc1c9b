"""`python -m bench.birthdays [--members N ...]`: how long a birthday night takes over a whole membership.

Each member's birthday is a day of the year by chance, one of five by the lunar calendar. The night
decides a greeting for those who celebrate today. Nobody's birthday is opened for that.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from time import perf_counter
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Engine, insert

from backend import coupons, members
from backend.jobs.nightly import birthdays
from backend.kit.calendar import shop_day
from backend.kit.db import Model, connect
from backend.kit.migrations import upgrade
from backend.members import Member
from backend.members.birthdays import birthday_index
from backend.points import Account
from backend.points.rules import GENESIS
from backend.runtime import Runtime
from bench.expiry import BATCH, fast
from bench.scratch import mariadb
from bench.soak.place import runtime_of

SIZES: Final = (10_000, 100_000, 1_000_000)
NIGHT: Final = datetime(2026, 5, 19, 18, 10, tzinfo=UTC)  # 02:10 on the 20th, in the shop
JOINED: Final = NIGHT - timedelta(days=300)
FIRST_DAY: Final = date(1980, 1, 1)
DAYS: Final = 12_000
LUNAR: Final = 5  # one of so many
HEAD: Final = "| members | celebrate | find them, ms | greet them, s | again, s |\n|---|---|---|---|---|"
BOOK: Final = coupons.BirthdayBook(coupons=(), days_ahead=0, greeting="生日快乐")


def main() -> None:
    """Seed and measure, for each number of members that was named, or for three."""
    parser = ArgumentParser(prog="python -m bench.birthdays", description=__doc__)
    parser.add_argument("--members", type=int, nargs="*", default=SIZES)
    print(HEAD, flush=True)
    for size in parser.parse_args().members:
        with mariadb() as url:
            measure(url, size)


def measure(url: str, size: int) -> None:
    """Print the row for one number of members."""
    engine, runtime = connect(url), runtime_of(url)
    upgrade(engine)
    seed(engine, runtime, size)
    day = shop_day(NIGHT)
    with runtime.sessions.read() as session:
        members.born_on(session, day - timedelta(days=1), limit=1)  # connects, and reckons the lunar year
        began = perf_counter()
        found = members.born_on(session, day, limit=size)
        finding = (perf_counter() - began) * 1_000
    once, again = (timed(runtime, day) for _ in range(2))
    print(f"| {size:,} | {len(found):,} | {finding:,.1f} | {once:,.1f} | {again:,.1f} |", flush=True)
    engine.dispose()


def timed(runtime: Runtime, day: date) -> float:
    """Seconds for the night of one day, as the nightly job does it."""
    began = perf_counter()
    birthdays(runtime, BOOK, day, NIGHT)
    return perf_counter() - began


def seed(engine: Engine, runtime: Runtime, size: int) -> None:
    """Write members and accounts in batches, with indexes as if each had told a birthday."""
    luck, console = Random(size), Console(stderr=True)
    with runtime.sessions.read() as session:
        by_day = [birthday_index(session, FIRST_DAY + timedelta(days=day)) for day in range(DAYS)]
        lunar = [birthday_index(session, FIRST_DAY + timedelta(days=day), "lunar") for day in range(DAYS)]
    with Progress(console=console, transient=True) as progress, engine.connect() as connection:
        fast(connection)
        task = progress.add_task("seeding", total=size)
        for first in range(1, size + 1, BATCH):
            numbers = range(first, min(first + BATCH, size + 1))
            indexes = [luck.choice(by_day if luck.randrange(LUNAR) else lunar) for _ in numbers]
            rows = [row for born in zip(numbers, indexes, strict=True) for row in rows_of(*born)]
            for table in (Member, Account):
                connection.execute(insert(table), [columns for kind, columns in rows if kind is table])
            connection.commit()
            progress.advance(task, len(numbers))


def rows_of(number: int, index: bytes) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """The rows of one member."""
    yield (
        Member,
        {
            "id": number,
            "card_no": f"{number:012d}",
            "birthday_index": index,
            "gender": "unknown",
            "status": "active",
            "joined_at": JOINED,
            "join_channel": "mini-program",
            "consent_version": "2026-01",
            "consent_at": JOINED,
        },
    )
    yield Account, {"member_id": number, "last_hash": GENESIS, "last_at": JOINED, "opened_at": JOINED}


if __name__ == "__main__":
    main()
