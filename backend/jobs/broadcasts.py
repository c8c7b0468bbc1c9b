"""Plans what is sent to many, ends what is sent, and skips what was stopped."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import SLICE
from backend.runtime import Runtime

log = structlog.get_logger(__name__)

AT_ONCE: Final = 50
SLICES_A_RUN: Final = 400  # of each broadcast: two million members looked at; the next minute goes on
SKIPPED_A_SLICE: Final = 2_000


def run_broadcasts(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Go on with every broadcast that is due, runs or was stopped.

    One that fails is passed over; the first failure is raised when the rest is done.
    """
    counts: Counter[str] = Counter(reopened=run(runtime.sessions.write, partial(broadcasts.reopen, limit=AT_ONCE)))
    failure: Exception | None = None
    with runtime.sessions.read() as session:
        found = broadcasts.under_way(session, now=at, limit=AT_ONCE)
    for broadcast_id in found:
        try:
            counts += _go_on(runtime, broadcast_id, at)
        except Exception as error:
            log.exception("broadcasts.failed-for-one", broadcast=str(broadcast_id))
            failure = failure or error
    if failure is not None:
        raise failure
    return {name: count for name, count in counts.items() if count}


def _go_on(runtime: Runtime, broadcast_id: int, at: datetime) -> Counter[str]:
    plan = partial(broadcasts.plan_slice, broadcast_id=broadcast_id, now=at, limit=SLICE)
    skip = partial(broadcasts.skip_rest, broadcast_id=broadcast_id, now=at, limit=SKIPPED_A_SLICE)
    return Counter(
        planned=_slices(runtime, plan),
        skipped=_slices(runtime, skip),
        done=run(runtime.sessions.write, partial(broadcasts.finish, broadcast_id=broadcast_id, now=at)),
    )


def _slices(runtime: Runtime, work: partial[int | None]) -> int:
    total = 0
    for _ in range(SLICES_A_RUN):
        count = run(runtime.sessions.write, work)
        if count is None:
            break
        total += count
    return total
