"""`python -m bench.soak [--steps N] [--seed N] [--processes N] [--database-url URL]`: a year of a store, and its proof.

Exits 1 when anything was not as it must be. A database that is told must be empty, and is kept.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable
from random import Random
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from backend.runtime import Runtime
from bench.soak.closing import Closing, faults
from bench.soak.crew import Hand, run_year
from bench.soak.night import Night
from bench.soak.place import database, open_store, runtime_of
from bench.soak.report import report
from bench.soak.shift import Dangers
from bench.soak.year import Year


def main() -> None:
    """Replay the year, prove the books, print what happened."""
    told = _arguments()
    dangers = Dangers(steps=told.killed_in, nights=60)
    year = Year(steps=told.steps // told.processes, seed=told.seed)
    with database(told.database_url) as url, _progress() as progress:
        runtime = runtime_of(url)
        hands = [Hand(url, world, year, dangers) for world in open_store(runtime, processes=told.processes)]
        began = monotonic()
        tell = _bar(progress, "steps", year.steps * told.processes)
        run_year(hands, tell=tell)
        took = monotonic() - began
        found = [fault for hand in hands for fault in hand.faults] + _close(runtime, hands, year, progress)
        progress.stop()
        tally = sum((hand.tally for hand in hands), Counter[str]())
        Console().print(report(runtime, tally, found, seconds=took, proof_seconds=monotonic() - began - took))
    sys.exit(1 if found else 0)


def _close(runtime: Runtime, hands: list[Hand], year: Year, progress: Progress) -> list[str]:
    """The last night, in which all that was under way ends, and the proof."""
    tasks: dict[str, Callable[[int], None]] = {}

    def tell(name: str, done: int, of: int) -> None:
        if name not in tasks:
            tasks[name] = _bar(progress, name, of)
        tasks[name](done)

    last = Night(runtime, year.end, Random(year.seed), sweeps=True)
    return faults(Closing(runtime, [hand.world for hand in hands], last), tell=tell)


def _bar(progress: Progress, name: str, total: int) -> Callable[[int], None]:
    task = progress.add_task(name, total=total)
    return lambda done: progress.update(task, completed=done)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True))


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000, help="of all processes together")
    parser.add_argument("--seed", type=int, default=7, help="the luck of every step")
    parser.add_argument("--processes", type=int, default=2, help="each with shoppers of its own")
    parser.add_argument("--killed-in", type=int, default=20_000, help="a process is killed in one of so many steps")
    parser.add_argument("--database-url", help="an empty SQLite or MariaDB database; default: a scratch one on MariaDB")
    return parser.parse_args()


if __name__ == "__main__":
    main()
