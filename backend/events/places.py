"""Places of a session and the list of who waits for one. Whoever changes either has locked the session's row.

Places that come free go to who waits, in the order of their numbers, in the same transaction. The first who does not
fit, with companions, stops the queue (but for who never can), and nobody overtakes who waits. Moving up changes no
account, for the points of who waits are held already: so no other member's account is locked behind a session.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.events.errors import Full, SessionUnknown
from backend.events.facts import EventMovedUp
from backend.events.models import Event, EventSession, Registration
from backend.events.rules import EndedBy, fits
from backend.events.telling import of
from backend.kit.facts import announce

MOST_AT_ONCE: Final = 200  # who move up in one transaction; the job moves up the rest


def locked(session: Session, session_id: int) -> EventSession:
    """A session's row, locked and read anew. Raises SessionUnknown."""
    row = select(EventSession).where(EventSession.id == session_id).with_for_update()
    found = session.scalar(row.execution_options(populate_existing=True))
    if found is None:
        raise SessionUnknown
    return found


def seat(place: EventSession, made: Registration, *, waiting_list: bool) -> None:
    """Give a new registration its number, and a place or, where none is left, one on the waiting list. Raises Full."""
    place.last_number += 1
    made.number = place.last_number
    if not place.waiting and fits(capacity=place.capacity, taken=place.taken, heads=made.heads):
        made.status = "registered"
        place.taken += made.heads
        return
    if not waiting_list or (place.capacity is not None and made.heads > place.capacity):
        raise Full
    made.status = "waiting"
    place.waiting += 1


def end(place: EventSession, made: Registration, *, by: EndedBy, now: datetime, reason: str | None = None) -> None:
    """End a registration that has a place, or waits for one, before anybody came: what it took is free."""
    if made.status == "waiting":
        place.waiting -= 1
    else:
        place.taken -= made.heads
    made.status = "lapsed" if by == "start" else "cancelled"
    made.active_of, made.ended_at, made.ended_by, made.reason = None, now, by, reason


def move_up(session: Session, event: Event, place: EventSession, *, now: datetime) -> int:
    """Give free places to who waits, first come first served, while the session has not begun; returns to how many."""
    if not place.waiting or place.status != "open" or now >= place.starts_at:
        return 0
    session.flush()  # what has just ended waits no more
    queue = select(Registration).where(Registration.session_id == place.id, Registration.status == "waiting")
    queue = queue.order_by(Registration.number).limit(MOST_AT_ONCE).with_for_update()
    moved = []
    for first in session.scalars(queue.execution_options(populate_existing=True)).all():
        if place.capacity is not None and first.heads > place.capacity:
            continue  # there are fewer places in all than there were when they queued: they hold nobody up
        if not fits(capacity=place.capacity, taken=place.taken, heads=first.heads):
            break
        first.status, first.moved_up_at = "registered", now
        place.waiting -= 1
        place.taken += first.heads
        moved.append(first)
    session.flush()  # a listener that reads finds them moved up
    for one in moved:
        announce(session, EventMovedUp(**of(event, place, one, now=now)))
    return len(moved)
