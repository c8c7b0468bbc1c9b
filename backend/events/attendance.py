"""Who came: told by staff, by the member on site, or by an operator afterwards. It counts once, and can be undone.

Locks are the member's account, then the registration: the queue at the door does not wait for a session.
"""

from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import coupons, points
from backend.events import paying, queries
from backend.events.errors import (
    AnotherStore,
    DoorsClosed,
    NotActive,
    NotAttended,
    RegistrationUnknown,
    SessionOver,
)
from backend.events.facts import AttendanceUndone, EventAttended
from backend.events.models import EventSession, Registration
from backend.events.noting import note
from backend.events.rules import doors_open, over_at
from backend.events.service import COUPON_STAYS
from backend.events.telling import of
from backend.kit.facts import announce

ATTENDED: Final = "attendance"
UNDONE: Final = "attendance-undone"
COUPON_REFUSALS: Final = (
    coupons.LimitReached,
    coupons.NotForYou,
    coupons.NotLive,
    coupons.SoldOut,
    coupons.SoldOutToday,
    coupons.TemplateUnknown,
)


def check_in(
    session: Session, registration_id: int, *, store_id: int | None, rng: Random, now: datetime
) -> Registration:
    """Let a member in, at a store or (None) where the member scanned the code on site. Again, it changes nothing.

    Raises AnotherStore, DoorsClosed, NotActive, SessionOver, points.NoAccount.
    """
    account, made = _locked(session, registration_id, now=now)
    place = queries.session_of(session, made)
    if store_id is not None and place.store_id is not None and place.store_id != store_id:
        raise AnotherStore
    if made.status == "attended":
        return made
    if place.status == "cancelled":
        raise SessionOver
    if not doors_open(place.starts_at, place.ends_at, now):
        raise DoorsClosed
    if made.status != "registered":
        raise NotActive
    made.attended_store_id = store_id
    _come(session, account, place, made, rng=rng, now=now)
    return made


def check_in_on_site(session: Session, member_id: int, session_id: int, *, rng: Random, now: datetime) -> Registration:
    """Let a member in who has scanned the code of a session. Raises RegistrationUnknown and what `check_in` raises."""
    mine = select(Registration.id).where(Registration.session_id == session_id, Registration.active_of == member_id)
    found = session.scalar(mine)
    if found is None:
        raise RegistrationUnknown
    return check_in(session, found, store_id=None, rng=rng, now=now)


def check_in_for(
    session: Session, registration_id: int, *, by: str, reason: str, rng: Random, now: datetime
) -> Registration:
    """Note for an operator that a member came, also when the session is over and they counted as absent.

    Raises RegistrationUnknown, DoorsClosed before the doors open, NotActive, points.NoAccount.
    """
    account, made = _locked(session, registration_id, now=now)
    event, place = queries.event_of(session, made), queries.session_of(session, made)
    if made.status == "attended":
        return made
    if made.status not in {"registered", "no-show"} or place.status == "cancelled":
        raise NotActive
    if now < place.ends_at and not doors_open(place.starts_at, place.ends_at, now):
        raise DoorsClosed
    made.ended_at = made.ended_by = None
    _come(session, account, place, made, rng=rng, now=now)
    note(session, event, "check-in", by=by, reason=reason, of=made, now=now)
    return made


def undo(
    session: Session, registration_id: int, *, store_id: int | None, now: datetime, by: str | None = None
) -> Registration:
    """Take back a check-in that was a mistake, at the store that made it or (`by`) for an operator, until the session
    is over: what was given for it is taken back. Points that were spent by coming stay so; they are not spent again.

    Raises NotAttended, AnotherStore, SessionOver, points.NoAccount.
    """
    account, made = _locked(session, registration_id, now=now)
    place = queries.session_of(session, made)
    if made.status != "attended":
        raise NotAttended
    if by is None and made.attended_store_id != store_id:
        raise AnotherStore
    if now >= over_at(place.ends_at):
        raise SessionOver
    _take_back(session, account, made, now=now)
    made.status, made.attended_at, made.attended_store_id = "registered", None, None
    if by is not None:
        event = queries.event_of(session, made)
        note(session, event, "undo-check-in", by=by, of=made, now=now)
    announce(session, AttendanceUndone(made.member_id, made.id, made.arrivals, now))
    return made


def _locked(session: Session, registration_id: int, *, now: datetime) -> tuple[points.Account, Registration]:
    member_id = session.scalar(select(Registration.member_id).where(Registration.id == registration_id))
    if member_id is None:
        raise RegistrationUnknown
    account = points.lock(session, member_id, now=now)
    row = select(Registration).where(Registration.id == registration_id).with_for_update()
    return account, session.scalars(row.execution_options(populate_existing=True)).one()


def _come(
    session: Session, account: points.Account, place: EventSession, made: Registration, *, rng: Random, now: datetime
) -> None:
    event = queries.event_of(session, made)
    made.status, made.attended_at = "attended", now
    made.arrivals += 1
    if account.frozen_at is None:  # nobody stays outside for a frozen account; it pays when the session is settled
        paying.take(session, account, made, now=now)
    reward = event.book.attendance
    if reward.points:
        points.credit(session, account, reward.points, source=arrival(made), now=now)
    if reward.coupon is not None:
        _give_coupon(session, account, made, reward.coupon, rng=rng, now=now)
    session.flush()  # a listener reads what is
    announce(session, EventAttended(**of(event, place, made, now=now), arrival=made.arrivals))


def _give_coupon(
    session: Session, account: points.Account, made: Registration, template: str, *, rng: Random, now: datetime
) -> None:
    """Who comes is let in, also where the template gives them no coupon (any more)."""
    try:
        with session.begin_nested():
            given = coupons.grant(session, account, template, source=arrival(made), rng=rng, now=now)
    except COUPON_REFUSALS:
        return
    made.reward_coupon_id = given.id


def _take_back(session: Session, account: points.Account, made: Registration, *, now: datetime) -> None:
    earned = points.entry_of(session, made.member_id, arrival(made))
    if earned is not None:
        source = points.Source(UNDONE, arrival(made).id)
        points.take_back(session, account, earned.amount, source=source, of=[arrival(made)], now=now)
    if made.reward_coupon_id is not None:
        with suppress(*COUPON_STAYS):  # what was used is used
            coupon = coupons.coupon(session, made.member_id, made.reward_coupon_id)
            coupons.revoke(session, account, coupon, now=now)
        made.reward_coupon_id = None


def arrival(made: Registration) -> points.Source:
    """What a member gets for coming is given for this, once."""
    return points.Source(ATTENDED, f"{made.id}:{made.arrivals}")
