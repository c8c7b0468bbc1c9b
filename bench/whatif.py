"""`python -m bench.whatif --members 10000 100000`: how long it takes to ask what another book of tiers would do.

Each size has a scratch database of its own on MariaDB. Two books are asked about, both by windows of spending: one
that judges every journal anew, one that lets running tiers end in peace. `--apply` also takes everybody over to that.
"""

import argparse
import platform
import resource
from collections.abc import Callable
from datetime import timedelta
from resource import RUSAGE_CHILDREN, RUSAGE_SELF
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from backend import rulebooks, tiers
from backend.commands.speech import progress_bar
from backend.kit.db import Sessions, connect, hold_still, run, sessions
from backend.kit.helpers import helpers
from backend.kit.migrations import upgrade
from backend.listeners import LISTENERS
from bench.crowd import NOW, gather
from bench.scratch import mariadb

HEAD: Final = "| members | lines | book | preview s | members/s | moved | peak MiB | apply s | as previewed |"
OPERATOR: Final = "bench"

Rewrite = Callable[[dict[str, Any]], dict[str, Any]]


def windows(definition: dict[str, Any]) -> dict[str, Any]:
    """A book that asks for spending in windows, with validity, grace and gifts."""
    rules = {
        "silver": ({"spent_fen": 100_000, "days": 365}, 200),
        "gold": ({"any": [{"spent_in_a_day_fen": 80_000, "days": 30}, {"spent_fen": 200_000, "days": 30}]}, 500),
        "diamond": ({"spent_fen": 3_000_000, "days": "calendar-year"}, 2_000),
    }
    changed = []
    for tier in definition["tiers"]:
        qualify, points = rules.get(tier["code"], (None, 0))
        gift = {"points": points, "coupons": [], "again_after_days": 365} if points else None
        valid = {"validity": {"months": 12}, "grace_days": 30, "landing": "one-step"}
        changed.append(tier | ({"qualify": qualify, "gift": gift, **valid} if qualify else {}))
    return definition | {"change": "protect", "tiers": changed}


def anew(definition: dict[str, Any]) -> dict[str, Any]:
    """The same, as if it had always been in force."""
    return windows(definition) | {"change": "recompute"}


def main() -> None:
    """Print a line for each size and book."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--members", type=int, nargs="+", default=[10_000, 100_000])
    asked.add_argument("--apply", action="store_true", help="also apply the second book")
    given = asked.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}; database on the same cores\n")
    print(HEAD, "|---" * HEAD.count(" | ") + "|---|", sep="\n", flush=True)
    for size in given.members:
        with mariadb() as url:
            engine = connect(url)
            upgrade(engine)
            lines = _gather(engine, size)
            make = sessions(engine, listeners=LISTENERS)
            for name, book, apply in (("recompute", anew, False), ("windows", windows, given.apply)):
                print(f"| {size:,} | {lines:,} | {name} | {figures(make, book, apply=apply)}", flush=True)
            engine.dispose()


def figures(make: Sessions, book: Rewrite, *, apply: bool) -> str:
    """Preview a book, and apply it if wanted: the cells of a line from the seconds on."""
    version = run(make.write, lambda session: _draft(session, book))
    began = perf_counter()
    with make.read() as session, helpers(session.get_bind().engine) as each, progress_bar() as bar:
        hold_still(session)
        task = bar.add_task("Previewing", total=None)
        preview = tiers.preview(
            session, version, at=NOW, progress=lambda done, of: bar.update(task, completed=done, total=of), each=each
        )
    took = perf_counter() - began
    peak = max(resource.getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN)) // 1024
    shown = f"{took:.1f} | {preview.members / took:,.0f} | {preview.moved:,} | {peak}"
    if not apply:
        return f"{shown} | | |"
    return f"{shown} | {_apply(make, preview)}"


def _gather(engine: Engine, size: int) -> int:
    """Make the members; how many lines their journals have."""
    with progress_bar() as bar:
        task = bar.add_task(f"Gathering {size:,} members", total=size)
        gather(engine, size, progress=lambda done: bar.update(task, completed=done))
    with engine.connect() as connection:
        return connection.scalar(text("SELECT COUNT(*) FROM growth_entries")) or 0


def _draft(session: Session, book: Rewrite) -> int:
    base = rulebooks.live(session, tiers.KIND, now=NOW - timedelta(days=1))
    newest = rulebooks.newest_published(session, tiers.KIND)
    return tiers.draft(session, book(base.definition), based_on=newest, by=OPERATOR, note="bench", now=NOW).version


def _apply(make: Sessions, preview: tiers.Preview) -> str:
    version, later = preview.version, NOW + timedelta(minutes=10)
    run(
        make.write,
        lambda session: rulebooks.publish(session, tiers.KIND, version, live_from=NOW, by=OPERATOR, now=NOW),
    )
    run(make.write, lambda session: tiers.begin_run(session, preview, by=OPERATOR, now=later))
    began, finished = perf_counter(), False
    with progress_bar() as bar:
        task = bar.add_task("Applying", total=preview.members)
        while not finished:
            one = run(make.write, lambda session: tiers.apply_slice(session, version, now=later))
            bar.update(task, completed=one.done)
            finished = one.finished_at is not None
    same = not tiers.differences(one)
    return f"{perf_counter() - began:.1f} | {'yes' if same else 'NO'} |"


if __name__ == "__main__":
    main()
