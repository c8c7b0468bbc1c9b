"""Plans what is sent to many, ends what is sent, and skips what was stopped."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Final

from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import SLICE
from backend.runtime import Runtime

AT_ONCE: Final = 50
SLICES_A_RUN: Final = 400  # of each broadcast: two million members looked at; the next minute goes on
SKIPPED_A_SLICE: Final = 2_000


def run_broadcasts(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Go on with every broadcast that is due, runs or was stopped."""
    write, counts = runtime.sessions.write, Counter[str]()
    counts["reopened"] += run(write, partial(broadcasts.reopen, limit=AT_ONCE))
    with runtime.sessions.read() as session:
        found = broadcasts.under_way(session, now=at, limit=AT_ONCE)
    for broadcast_id in found:
        plan = partial(broadcasts.plan_slice, broadcast_id=broadcast_id, now=at, limit=SLICE)
        counts["planned"] += _slices(runtime, plan)
        skip = partial(broadcasts.skip_rest, broadcast_id=broadcast_id, now=at, limit=SKIPPED_A_SLICE)
        counts["skipped"] += _slices(runtime, skip)
        counts["done"] += run(write, partial(broadcasts.finish, broadcast_id=broadcast_id, now=at))
    return {name: count for name, count in counts.items() if count}


def _slices(runtime: Runtime, work: partial[int | None]) -> int:
    total = 0
    for _ in range(SLICES_A_RUN):
        count = run(runtime.sessions.write, work)
        if count is None:
            break
        total += count
    return total
