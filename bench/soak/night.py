"""The jobs of the clock, as the scheduler would run them: once, twice, or broken off by a crash and begun again."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from random import Random

from backend.jobs.schedule import JOBS
from backend.runtime import Runtime
from bench.soak.doom import Crash
from bench.soak.steps import must

NEEDS_WECHAT = "link-followers"
SWEEP = "reconcile"  # of all accounts, weekly: here four times, by one process; and the proof at the end is one
SWEEP_EVERY = 91  # days
TWICE_IN = 5  # nights
STILL_THERE = {"refused", "passed"}  # what a job can do nothing about and meets again


@dataclass(frozen=True)
class Night:
    """When the jobs run, with which luck, and whether all accounts are swept for what cannot be."""

    runtime: Runtime
    at: datetime
    rng: Random
    sweeps: bool


def nightly(night: Night) -> Counter[str]:
    """Run all jobs; what is found done when they are run once more must be nothing. Returns how much was done."""
    done: Counter[str] = Counter()
    for job in JOBS:
        if job.name == NEEDS_WECHAT or (job.name == SWEEP and not night.sweeps):
            continue
        try:
            counts = job.work(night.runtime, night.at)
        except Crash:
            done["! crash at night"] += 1
            counts = job.work(night.runtime, night.at)
        must(job.name != SWEEP or not counts, f"the sweep of all accounts froze some: {counts}")
        done.update({f"{job.name}: {what}": amount for what, amount in counts.items() if amount})
        if night.rng.randrange(TWICE_IN) == 0:
            again = job.work(night.runtime, night.at)
            done["! night twice"] += 1
            moved = {what: amount for what, amount in again.items() if amount and what not in STILL_THERE}
            must(not moved, f"{job.name} did something when it was run again: {moved}")
    return done
