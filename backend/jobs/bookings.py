"""Reminders of appointments."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend import bookings
from backend.jobs.slices import Place, walk
from backend.jobs.work import Counts
from backend.runtime import Runtime

SLICE = 200


def remind_bookings(runtime: Runtime, at: datetime) -> Counts:
    """Tell members of appointments that are a day ahead, or some hours; each in a transaction of its own."""

    def find(session: Session, after: Place | None) -> Sequence[Place]:
        return bookings.due_to_remind(session, now=at, limit=SLICE, after=after)

    def remind(session: Session, ids: Sequence[int]) -> Counter[str]:
        for one in ids:
            bookings.remind_due(session, one, now=at)
        return Counter(reminded=len(ids))

    return dict(walk(runtime, find, remind, alone=True))
