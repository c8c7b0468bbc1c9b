"""What is asked of sessions as wholes: by who stands at the door, and by operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, case, func, or_, select
from sqlalchemy.orm import Session

from backend.events.errors import SessionUnknown
from backend.events.models import Event, EventSession, Feedback, Registration
from backend.events.rules import over_at
from config import policy

AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True)
class Figures:
    """How a session went: registrations by status, heads that came, and the points that were spent on it."""

    session: EventSession
    registered: int
    waiting: int
    attended: int
    heads: int
    absent: int
    cancelled: int
    lapsed: int
    points_spent: int


@dataclass(frozen=True)
class Rating:
    """How many said how it was, and the sum of their stars."""

    answers: int
    stars: int


def at_the_door(
    session: Session, *, store_id: int, now: datetime, limit: int
) -> Sequence[tuple[Event, EventSession, int]]:
    """Sessions at a store or at none that are open to members now or within a day, with the heads that came, the next
    first.
    """
    came = func.coalesce(func.sum(Registration.companions + 1), 0).cast(Integer)
    heads = select(came).where(Registration.session_id == EventSession.id, Registration.status == "attended")
    asked = select(Event, EventSession, heads.scalar_subquery()).join(Event, Event.id == EventSession.event_id)
    asked = asked.where(
        EventSession.settled_at.is_(None),
        EventSession.status == "open",
        EventSession.starts_at <= now + AHEAD + policy.EVENT_DOORS_OPEN_BEFORE,
        or_(EventSession.store_id == store_id, EventSession.store_id.is_(None)),
    )
    found = session.execute(asked.order_by(EventSession.starts_at, EventSession.id).limit(limit))
    return [(event, place, int(heads)) for event, place, heads in found if now < over_at(place.ends_at)]


def open_session(session: Session, session_id: int, *, store_id: int) -> EventSession:
    """A session that takes place, at a store or at none. Raises SessionUnknown, also for another store's."""
    place = session.get(EventSession, session_id)
    if place is None or place.status != "open" or place.store_id not in {None, store_id}:
        raise SessionUnknown
    return place


def figures(session: Session, event_id: int) -> Sequence[Figures]:
    """How the sessions of an event went, the first first."""
    sums = [_count(status) for status in ("registered", "waiting", "attended")]
    heads = _sum(Registration.status == "attended", Registration.companions + 1)
    ended = [_count(status) for status in ("no-show", "cancelled", "lapsed")]
    spent = _sum(Registration.points_state == "spent", Registration.points)
    asked = select(EventSession, *sums, heads, *ended, spent).outerjoin(
        Registration, Registration.session_id == EventSession.id
    )
    asked = asked.where(EventSession.event_id == event_id).group_by(EventSession.id)
    found = session.execute(asked.order_by(EventSession.starts_at, EventSession.id))
    return [Figures(place, *map(int, counts)) for place, *counts in found]


def rating(session: Session, event_id: int) -> Rating:
    """What all who answered thought of an event."""
    asked = select(func.count(), func.coalesce(func.sum(Feedback.rating), 0)).where(Feedback.event_id == event_id)
    answers, stars = session.execute(asked).one()
    return Rating(answers, int(stars))


def _count(status: str) -> ColumnElement[int]:
    return _sum(Registration.status == status, 1)


def _sum(which: ColumnElement[bool], what: SQLColumnExpression[int] | int) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, what), else_=0)), 0)
