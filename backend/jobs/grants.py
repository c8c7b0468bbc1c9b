"""Hands out what operators grant to many, and ends requests that nobody decided."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Final

from backend import adjustments
from backend.kit.db import run
from backend.runtime import Runtime

GRANTS_A_RUN: Final = 20
SLICES_A_RUN: Final = 25  # of each grant; the next minute goes on
REQUESTS_A_SLICE: Final = 200


def run_grants(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Go on with grants that run and with reversals, a few thousand members of each."""
    with runtime.sessions.read() as session:
        found = adjustments.under_way(session, limit=GRANTS_A_RUN)
    counts: Counter[str] = Counter()
    for grant_id in found:
        counts += _some_slices(runtime, grant_id, at)
    return dict(counts)


def lapse_adjustments(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Write down which requests have waited too long."""
    lapse, total = partial(adjustments.lapse_due, now=at, limit=REQUESTS_A_SLICE), 0
    while count := run(runtime.sessions.write, lapse):
        total += count
    return {"lapsed": total} if total else {}


def _some_slices(runtime: Runtime, grant_id: int, at: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    after = 0
    for _ in range(SLICES_A_RUN):
        done = adjustments.hand_out(runtime.sessions, grant_id, after=after, now=at)
        if done is None:
            break
        after = done.last
        counts += done.outcomes
    return counts
