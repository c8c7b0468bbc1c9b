"""Makes the codes and hands out the lists that operators ask for, and gives back what no friend has accepted."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Final

from backend import coupons
from backend.kit.db import run
from backend.runtime import Runtime

AT_ONCE: Final = 20
SLICES_A_RUN: Final = 50  # of each; the next minute goes on
GIFTS_A_SLICE: Final = 200


def run_handouts(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Go on with lists that are handed out, some thousand members of each."""
    with runtime.sessions.read() as session:
        found = coupons.handouts_under_way(session, limit=AT_ONCE)
    counts: Counter[str] = Counter()
    for handout_id in found:
        for _ in range(SLICES_A_RUN):
            done = coupons.hand_out_coupons(runtime.sessions, handout_id, rng=runtime.rng, now=at)
            if done is None:
                break
            counts += done
    return dict(counts)


def make_codes(runtime: Runtime, at: datetime) -> dict[str, int]:  # noqa: ARG001  a job is given its instant
    """Go on with batches whose codes are not all made."""
    with runtime.sessions.read() as session:
        found = coupons.batches_in_making(session, limit=AT_ONCE)
    made = 0
    for batch_id in found:
        for _ in range(SLICES_A_RUN):
            count = run(runtime.sessions.write, partial(coupons.make_codes, batch_id=batch_id, rng=runtime.rng))
            if not count:
                break
            made += count
    return {"made": made} if made else {}


def lapse_gifts(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Give coupons back that no friend has accepted in time."""
    lapse, total = partial(coupons.lapse_gifts, now=at, limit=GIFTS_A_SLICE), 0
    while count := run(runtime.sessions.write, lapse):
        total += count
    return {"lapsed": total} if total else {}
