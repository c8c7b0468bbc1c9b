"""What operators do with who has registered, beside checking in: call off, remove, excuse."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.events import paying, places, queries
from backend.events.errors import NotAbsent, NotActive, NotPublished, RegistrationUnknown, SessionOver
from backend.events.facts import RegistrationRemoved
from backend.events.models import OPEN, Event, EventSession, Registration
from backend.events.noting import note
from backend.events.publishing import locked
from backend.events.service import take_coupon_back
from backend.events.telling import of
from backend.kit.facts import announce


def cancel_event(session: Session, event_code: str, *, reason: str, by: str, now: datetime) -> Event:
    """Call an event off: from now on nobody registers, and the job tells all and gives their points back.

    Raises EventUnknown, NotPublished.
    """
    event = locked(session, event_code)
    if event.status != "published":
        raise NotPublished
    event.status, event.ended_at, event.reason = "cancelled", now, reason
    for one_id in sorted(one.id for one in queries.sessions_of(session, [event.id])):
        place = places.locked(session, one_id)
        if place.status == "open":
            place.status, place.reason = "cancelled", reason
    note(session, event, "cancel", by=by, reason=reason, now=now)
    return event


def cancel_session(session: Session, event_code: str, key: str, *, reason: str, by: str, now: datetime) -> EventSession:
    """Call one session off, as `cancel_event` does all of them.

    Raises EventUnknown, SessionUnknown, NotPublished, SessionOver.
    """
    event = locked(session, event_code)
    _, found = queries.session_by_key(session, event_code, key)
    place = places.locked(session, found.id)
    if event.status != "published":
        raise NotPublished
    if place.status != "open":
        raise SessionOver
    place.status, place.reason = "cancelled", reason
    note(session, event, "cancel-session", by=by, reason=reason, of=place, now=now)
    return place


def remove(session: Session, registration_id: int, *, reason: str, by: str, now: datetime) -> Registration:
    """End one registration; its points come back, the member is told why, and who waits moves up.

    Raises RegistrationUnknown, NotActive, CouponUsed, points.NoAccount.
    """
    account, made = _locked(session, registration_id, now=now)
    event, place = queries.event_of(session, made), places.locked(session, made.session_id)
    session.refresh(made)  # whoever moved it up had the session locked
    if made.status not in OPEN:
        raise NotActive
    paying.give_back(session, account, made, now=now)
    take_coupon_back(session, account, made, now=now)
    places.end(place, made, by="operator", now=now, reason=reason)
    note(session, event, "remove", by=by, reason=reason, of=made, now=now)
    announce(session, RegistrationRemoved(**of(event, place, made, now=now), why=reason))
    places.move_up(session, event, place, now=now)
    return made


def excuse(
    session: Session, registration_id: int, *, points_back: bool, reason: str, by: str, now: datetime
) -> Registration:
    """Let an absence not count against the member, and where wanted give the points back that it cost.

    Raises RegistrationUnknown, NotAbsent, points.NoAccount.
    """
    account, made = _locked(session, registration_id, now=now)
    if made.status != "no-show":
        raise NotAbsent
    made.excused_at = made.excused_at or now
    if points_back:
        paying.give_back(session, account, made, now=now)
    event = queries.event_of(session, made)
    note(session, event, "excuse", by=by, reason=reason, of=made, now=now)
    return made


def _locked(session: Session, registration_id: int, *, now: datetime) -> tuple[points.Account, Registration]:
    member_id = session.scalar(select(Registration.member_id).where(Registration.id == registration_id))
    if member_id is None:
        raise RegistrationUnknown
    account = points.lock(session, member_id, now=now)
    return account, session.get_one(Registration, registration_id, populate_existing=True)
