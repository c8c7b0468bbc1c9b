from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from backend.events.models import TAKING, EventSession, Registration


@dataclass(frozen=True)
class Fault:
    """A session whose counts differ from those of its registrations."""

    session_id: int
    taken: int
    should_be_taken: int
    waiting: int
    should_be_waiting: int


def count_faults(session: Session) -> Sequence[Fault]:
    """Sessions whose counted places, or counted waiting, are not those of their registrations. Reads only."""
    heads = case((Registration.status.in_(TAKING), Registration.companions + 1), else_=0)
    waits = case((Registration.status == "waiting", 1), else_=0)
    counted = select(Registration.session_id, func.sum(heads).label("taken"), func.sum(waits).label("waiting"))
    counts = counted.group_by(Registration.session_id).subquery()
    taken, waiting = func.coalesce(counts.c.taken, 0), func.coalesce(counts.c.waiting, 0)
    asked = select(EventSession.id, EventSession.taken, taken, EventSession.waiting, waiting)
    asked = asked.outerjoin(counts, counts.c.session_id == EventSession.id)
    wrong = asked.where((EventSession.taken != taken) | (EventSession.waiting != waiting))
    found = session.execute(wrong)
    return [Fault(one, is_, int(should), waits, int(ought)) for one, is_, should, waits, ought in found]
