"""Rewards invitations when their time has come."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend import referrals
from backend.jobs.slices import Place, walk
from backend.jobs.work import Counts
from backend.runtime import Runtime

SLICE: Final = 500


def reward_referrals(runtime: Runtime, at: datetime) -> Counts:
    """Reward both sides of each invitation that is due, or take back what came back, each in a transaction of its own.

    What is done is no longer due, so that a run may be stopped anywhere, and two may go on side by side.
    """

    def find(session: Session, after: Place | None) -> Sequence[Place]:
        behind = (after[0], after[1]) if after is not None else None
        return referrals.due(session, now=at, after=behind, limit=SLICE)

    def settle(session: Session, newcomer_ids: Sequence[int]) -> Counter[str]:
        return Counter(referrals.settle(session, one, rng=runtime.rng, now=at) for one in newcomer_ids)

    counts = walk(runtime, find, settle, alone=True)
    return {outcome: times for outcome, times in counts.items() if outcome != "nothing"}
