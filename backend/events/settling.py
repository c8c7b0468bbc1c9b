"""What the clock brings to those who registered: news, reminders, prices, ends. Done for some members at a time, and
found by what is still to be done, so that it may be stopped and begun again at any point.

Where points move, the members' accounts are locked first, in order, then the session, then the registrations.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from backend import points
from backend.events import paying, places
from backend.events.errors import CouponUsed
from backend.events.facts import EventCancelled, EventChanged, EventOver, EventSoon, EventTomorrow, WaitedInVain
from backend.events.models import OPEN, Event, EventSession, Registration
from backend.events.rules import Status, is_soon, is_tomorrow, over_at
from backend.events.service import take_coupon_back
from backend.events.telling import of
from backend.kit.facts import announce
from config import policy

Act = Callable[[Session, points.Account, Event, EventSession, Registration, datetime], None]
Tell = Callable[[Event, EventSession, Registration, datetime], object]
Left = Callable[[EventSession], ColumnElement[bool]]


@dataclass(frozen=True)
class Step:
    """One thing to be done for all registrations of some statuses for which it is `left` to be done."""

    name: str
    statuses: tuple[Status, ...]
    left: Left
    act: Act | None = None
    tell: Tell | None = None


def _end_cancelled(
    session: Session, account: points.Account, event: Event, place: EventSession, made: Registration, now: datetime
) -> None:
    paying.give_back(session, account, made, now=now)
    try:
        take_coupon_back(session, account, made, now=now)
    except CouponUsed:  # who has used it was served by the shop's own doing
        made.coupon_id = None
    places.end(place, made, by="session", now=now, reason=place.reason)
    announce(session, EventCancelled(**of(event, place, made, now=now), why=place.reason or ""))


def _lapse(
    session: Session, account: points.Account, event: Event, place: EventSession, made: Registration, now: datetime
) -> None:
    paying.give_back(session, account, made, now=now)
    places.end(place, made, by="start", now=now)
    announce(session, WaitedInVain(**of(event, place, made, now=now)))


def _note_absent(
    session: Session, account: points.Account, event: Event, _place: EventSession, made: Registration, now: datetime
) -> None:
    terms = event.book.registration
    if terms is not None and terms.no_show_points == "spent":
        paying.take(session, account, made, now=now)
    else:
        paying.give_back(session, account, made, now=now)
    made.status, made.ended_at, made.ended_by = "no-show", now, "session"


def _take(
    session: Session, account: points.Account, _event: Event, _place: EventSession, made: Registration, now: datetime
) -> None:
    paying.take(session, account, made, now=now)


def _tell_change(event: Event, place: EventSession, made: Registration, now: datetime) -> object:
    made.told_version = place.version
    return EventChanged(**of(event, place, made, now=now), what=place.change)


def _tell_tomorrow(event: Event, place: EventSession, made: Registration, now: datetime) -> object:
    made.tomorrow_told_for = place.starts_at
    return EventTomorrow(**of(event, place, made, now=now))


def _tell_soon(event: Event, place: EventSession, made: Registration, now: datetime) -> object:
    made.soon_told_for = place.starts_at
    return EventSoon(**of(event, place, made, now=now))


def _thank(event: Event, place: EventSession, made: Registration, now: datetime) -> object:
    made.thanked = True
    survey = event.book.survey
    if survey is None:
        raise ValueError("nobody is asked")
    until = ask_until(place, days=survey.days)
    return EventOver(**of(event, place, made, now=now), points=survey.points, ask_until=until)


def _held(_place: EventSession) -> ColumnElement[bool]:
    return Registration.points_state == "held"


def _all(place: EventSession) -> ColumnElement[bool]:
    return Registration.session_id == place.id


CANCELLED: Final = Step("cancelled", OPEN, _all, act=_end_cancelled)
CHANGED: Final = Step("changed", OPEN, lambda place: Registration.told_version < place.version, tell=_tell_change)
CAPTURED: Final = Step("captured", ("registered",), _held, act=_take)
PAID: Final = Step("paid", ("attended",), _held, act=_take)
LAPSED: Final = Step("lapsed", ("waiting",), _all, act=_lapse)
ABSENT: Final = Step("absent", ("registered",), _all, act=_note_absent)
TOMORROW: Final = Step(
    "reminded",
    ("registered",),
    lambda place: _other(Registration.tomorrow_told_for, place.starts_at),
    tell=_tell_tomorrow,
)
SOON: Final = Step(
    "called",
    ("registered",),
    lambda place: (
        _other(Registration.soon_told_for, place.starts_at)
        & (Registration.registered_at < place.starts_at - policy.EVENT_SOON_BEFORE)
    ),
    tell=_tell_soon,
)
THANKED: Final = Step("thanked", ("attended",), lambda _place: Registration.thanked.is_(False), tell=_thank)


def ask_until(place: EventSession, *, days: int) -> datetime:
    """Until when who came may say how it was."""
    return over_at(place.ends_at) + timedelta(days=days)


def unsettled(session: Session, *, now: datetime) -> Sequence[int]:
    """Sessions for which something may be left to be done, the next first: those that nobody has to be reminded of yet
    and that have not changed are left out.
    """
    soon = or_(EventSession.starts_at <= now + timedelta(days=2), EventSession.deadline_at <= now)
    asked = soon | EventSession.news_due | (EventSession.status == "cancelled") | (EventSession.waiting > 0)
    found = select(EventSession.id).where(EventSession.settled_at.is_(None), asked)
    return session.scalars(found.order_by(EventSession.starts_at, EventSession.id)).all()


def steps(session: Session, session_id: int, *, now: datetime) -> Sequence[Step]:
    """What is to be done for a session at an instant, in this order."""
    place = session.get_one(EventSession, session_id)
    return list(_steps(session.get_one(Event, place.event_id), place, now))


def _steps(event: Event, place: EventSession, now: datetime) -> Iterator[Step]:
    terms = event.book.registration
    if terms is None:
        return
    if place.status == "cancelled":
        yield CANCELLED
        return
    if place.news_due:
        yield CHANGED
    if terms.capture == "deadline" and now >= place.deadline_at:
        yield CAPTURED
    if place.status == "open":
        yield from [TOMORROW] if is_tomorrow(place.starts_at, now) else []
        yield from [SOON] if is_soon(place.starts_at, now) else []
    if place.waiting and now >= place.starts_at:
        yield LAPSED
    if place.status == "over":
        yield from (ABSENT, PAID, *([THANKED] if event.book.survey else []))


def find(session: Session, step: Step, session_id: int, *, after: int, limit: int) -> Sequence[int]:
    """Members for whom a step is still to be done, by their ids."""
    place = session.get_one(EventSession, session_id)
    left = select(Registration.member_id).where(*_left(step, place), Registration.member_id > after)
    return session.scalars(left.order_by(Registration.member_id).limit(limit)).all()


def do(session: Session, step: Step, session_id: int, member_ids: Sequence[int], *, now: datetime) -> Counter[str]:
    """Do a step for some members; who needs it no more is left as they are. Counts for whom it was done."""
    accounts = {}
    if step.act is not None:
        accounts = {member_id: points.lock(session, member_id, now=now) for member_id in sorted(member_ids)}
    place = places.locked(session, session_id)
    event = session.get_one(Event, place.event_id)
    rows = select(Registration).where(*_left(step, place), Registration.member_id.in_(member_ids)).with_for_update()
    found = session.scalars(rows.order_by(Registration.number).execution_options(populate_existing=True)).all()
    news = []
    for made in found:
        if step.act is not None:
            step.act(session, accounts[made.member_id], event, place, made, now)
        if step.tell is not None:
            news.append(step.tell(event, place, made, now))
    for fact in news:
        announce(session, fact)
    return Counter({step.name: len(found)})


def turn(session: Session, session_id: int, *, now: datetime) -> int:
    """Let a session be over when it is, and let who waits move up where places are free; how many did."""
    place = session.get_one(EventSession, session_id)
    if place.status != "open" or not (place.waiting or now >= over_at(place.ends_at)):
        return 0
    place = places.locked(session, session_id)
    if place.status == "open" and now >= over_at(place.ends_at):
        place.status = "over"
    return places.move_up(session, session.get_one(Event, place.event_id), place, now=now)


def finish(session: Session, session_id: int, *, now: datetime) -> None:
    """Note what is done: nobody left to tell of a change, a session settled, an event ended."""
    place = session.get_one(EventSession, session_id)
    if place.status == "open" and not place.news_due:
        return
    place = places.locked(session, session_id)
    event = session.get_one(Event, place.event_id)
    remains = partial(_any, session, place)
    if place.news_due and not remains(CHANGED):
        place.news_due = False
    if place.status == "cancelled" and not remains(CANCELLED):
        place.settled_at = now
    last = (LAPSED, ABSENT, PAID, *([THANKED] if event.book.survey else []))
    if place.status == "over" and not any(remains(step) for step in last):
        place.settled_at = now
    if place.settled_at is not None:
        session.flush()  # asked for below
        _end_event(session, event, now=now)


def _end_event(session: Session, event: Event, *, now: datetime) -> None:
    open_ = select(EventSession.id).where(EventSession.event_id == event.id, EventSession.settled_at.is_(None))
    if event.status == "published" and session.scalar(open_.limit(1)) is None:
        event.status, event.ended_at = "ended", now


def _any(session: Session, place: EventSession, step: Step) -> bool:
    return session.scalar(select(Registration.id).where(*_left(step, place)).limit(1)) is not None


def _left(step: Step, place: EventSession) -> list[ColumnElement[bool]]:
    return [Registration.session_id == place.id, Registration.status.in_(step.statuses), step.left(place)]


def _other(told_for: Any, starts_at: datetime) -> ColumnElement[bool]:
    found: ColumnElement[bool] = or_(told_for.is_(None), told_for != starts_at)
    return found
