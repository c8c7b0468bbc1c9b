from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from backend.events.errors import EventUnknown, RegistrationUnknown, SessionNotSaid, SessionUnknown
from backend.events.models import OPEN, Event, EventDecision, EventSession, Feedback, Registration
from backend.events.rules import Kind, Status

SHOWN = ("published", "ended", "cancelled")


@dataclass(frozen=True)
class Search:
    """Which events: of a kind, at a store, with something in a span of time."""

    kind: Kind | None = None
    store_id: int | None = None
    since: datetime | None = None
    before: datetime | None = None


def upcoming(
    session: Session, search: Search, *, after: tuple[datetime, int] | None, now: datetime, limit: int
) -> Sequence[Event]:
    """Published events that are not over, the next first, behind a place in this order."""
    asked = select(Event).where(Event.status == "published", Event.ends_at > now, *_wanted(search))
    if after is not None:
        starts_at, event_id = after
        later = (Event.starts_at == starts_at) & (Event.id > event_id)
        asked = asked.where((Event.starts_at > starts_at) | later)
    return session.scalars(asked.order_by(Event.starts_at, Event.id).limit(limit)).all()


def shown(session: Session, event_id: int) -> Event:
    """An event that members may see, also one that is over or was cancelled. Raises EventUnknown."""
    event = session.get(Event, event_id)
    if event is None or event.status not in SHOWN:
        raise EventUnknown
    return event


def find(session: Session, event_code: str) -> Event:
    """An event by its code, drafts too. Raises EventUnknown."""
    event = session.scalar(select(Event).where(Event.code == event_code))
    if event is None:
        raise EventUnknown
    return event


def all_events(session: Session, *, before_id: int | None, limit: int) -> Sequence[Event]:
    """All events, newest first."""
    asked = select(Event).where(Event.id < before_id) if before_id is not None else select(Event)
    return session.scalars(asked.order_by(Event.id.desc()).limit(limit)).all()


def sessions_of(session: Session, event_ids: Sequence[int]) -> Sequence[EventSession]:
    """The sessions of events, the next first."""
    asked = select(EventSession).where(EventSession.event_id.in_(event_ids))
    return session.scalars(asked.order_by(EventSession.starts_at, EventSession.id)).all()


def published_session(session: Session, event_id: int, session_id: int) -> tuple[Event, EventSession]:
    """An event that members may see, and a session of it. Raises EventUnknown, SessionUnknown."""
    event, place = shown(session, event_id), session.get(EventSession, session_id)
    if place is None or place.event_id != event.id:
        raise SessionUnknown
    return event, place


def session_by_key(session: Session, event_code: str, key: str) -> tuple[Event, EventSession]:
    """A session by the code of its event and its key. Raises EventUnknown, SessionUnknown."""
    event = find(session, event_code)
    place = session.scalar(select(EventSession).where(EventSession.event_id == event.id, EventSession.key == key))
    if place is None:
        raise SessionUnknown
    return event, place


def event_of(session: Session, made: Registration) -> Event:
    """The event that a registration is for."""
    return session.get_one(Event, made.event_id)


def session_of(session: Session, made: Registration) -> EventSession:
    """The session that a registration is for."""
    return session.get_one(EventSession, made.session_id)


def registration_of(session: Session, member_id: int, registration_id: int) -> Registration:
    """A member's own registration. Raises RegistrationUnknown."""
    made = session.get(Registration, registration_id)
    if made is None or made.member_id != member_id:
        raise RegistrationUnknown
    return made


def mine(session: Session, member_id: int, event_ids: Sequence[int]) -> Sequence[Registration]:
    """A member's registrations for events, the newest first."""
    asked = select(Registration).where(Registration.member_id == member_id, Registration.event_id.in_(event_ids))
    return session.scalars(asked.order_by(Registration.id.desc())).all()


def to_cancel(session: Session, member_id: int, event_id: int, *, session_id: int | None) -> Registration:
    """The registration that a member means to cancel: for a session, or the only one there is. One that is cancelled
    already is meant where there is no other. Raises RegistrationUnknown, SessionNotSaid.
    """
    own = [made for made in mine(session, member_id, [event_id]) if session_id in {None, made.session_id}]
    open_ = [made for made in own if made.status in OPEN]
    if len(open_) > 1:
        raise SessionNotSaid
    if not own:
        raise RegistrationUnknown
    return open_[0] if open_ else own[0]


def registrations_of(
    session: Session, member_id: int, *, before_id: int | None, limit: int
) -> Sequence[tuple[Registration, EventSession, Event]]:
    """A member's registrations, newest first, with what they are for."""
    asked = select(Registration, EventSession, Event).where(Registration.member_id == member_id)
    asked = asked.join(EventSession, EventSession.id == Registration.session_id)
    asked = asked.join(Event, Event.id == Registration.event_id)
    if before_id is not None:
        asked = asked.where(Registration.id < before_id)
    found = session.execute(asked.order_by(Registration.id.desc()).limit(limit))
    return [(made, place, event) for made, place, event in found]


def waits_before(session: Session, made: Registration) -> int:
    """How many registrations wait before one that waits."""
    before = select(func.count()).where(
        Registration.session_id == made.session_id,
        Registration.status == "waiting",
        Registration.number < made.number,
    )
    return session.scalar(before) or 0


def registrations(
    session: Session, session_id: int, *, status: Status | None, after_number: int, limit: int
) -> Sequence[Registration]:
    """The registrations for a session by their numbers."""
    asked = select(Registration).where(Registration.session_id == session_id, Registration.number > after_number)
    if status is not None:
        asked = asked.where(Registration.status == status)
    return session.scalars(asked.order_by(Registration.number).limit(limit)).all()


def decisions(session: Session, event_id: int, *, limit: int = 100) -> Sequence[EventDecision]:
    """What operators did with an event, the newest first."""
    asked = select(EventDecision).where(EventDecision.event_id == event_id)
    return session.scalars(asked.order_by(EventDecision.id.desc()).limit(limit)).all()


def feedback_of(session: Session, event_id: int, *, after_id: int, limit: int) -> Sequence[Feedback]:
    """What members said of an event."""
    asked = select(Feedback).where(Feedback.event_id == event_id, Feedback.id > after_id)
    return session.scalars(asked.order_by(Feedback.id).limit(limit)).all()


def _wanted(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.kind is not None:
        found.append(Event.kind == search.kind)
    if search.before is not None:
        found.append(Event.starts_at < search.before)
    if search.since is not None:
        found.append(Event.ends_at > search.since)
    if search.store_id is not None:
        there = select(EventSession.id).where(EventSession.event_id == Event.id)
        found.append(there.where(EventSession.store_id == search.store_id).exists())
    return found
