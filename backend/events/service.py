from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from backend import coupons, points
from backend.events import answers, paying, places, queries
from backend.events.admission import check_admitted
from backend.events.book import Terms
from backend.events.errors import CouponUsed, NoRegistration, RegistrationClosed, TooLateToCancel, TooManyCompanions
from backend.events.facts import EventRegistered
from backend.events.models import CODE_DIGITS, OPEN, Event, EventSession, Registration
from backend.events.rules import may_cancel_free
from backend.events.telling import of
from backend.kit.facts import announce
from backend.kit.ids import digits, new_id

COUPON_STAYS = (coupons.CouponUnknown, coupons.CouponNotReady, coupons.CouponHeld)


@dataclass(frozen=True)
class Wish:
    """For which session a member registers, with how many companions, and what they answer to the form."""

    session_id: int
    companions: int = 0
    answers: Mapping[str, Any] = field(default_factory=dict)


def register(
    session: Session, member_id: int, event_id: int, wish: Wish, *, rng: Random, now: datetime
) -> Registration:
    """Register a member for a session: with a place, or waiting for one; the points are held in both cases.

    Raises EventUnknown, SessionUnknown, NoRegistration, NotOpenYet, RegistrationClosed, TierNotAllowed, Barred,
    RegisteredAlready, TooManyCompanions, AnswersRefused, Full, points.Insufficient, points.Frozen, points.NoAccount and
    what `coupons.grant` raises; nothing is to be kept of the transaction then.
    """
    account = points.lock(session, member_id, now=now)
    event, place = queries.published_session(session, event_id, wish.session_id)
    terms = terms_of(event)
    check_admitted(session, member_id, event, place, now=now)
    if wish.companions > terms.companions:
        raise TooManyCompanions(most=terms.companions)
    given = answers.checked(terms.questions, wish.answers)
    made = _drawn_up(event, place, member_id, wish, terms, rng=rng, now=now)
    answers.seal(session, made, given)
    paying.hold(session, account, made, now=now)
    session.flush()  # all else is written before the session, which everybody who registers waits for, is locked
    place = places.locked(session, place.id)
    if place.status != "open" or now >= place.starts_at:
        raise RegistrationClosed
    made.session_version = made.told_version = place.version
    places.seat(place, made, waiting_list=terms.waiting_list)
    session.add(made)
    session.flush()  # who is registered already is met here
    if made.status == "registered":
        _welcome(session, account, event, place, made, rng=rng, now=now)
    return made


def cancel(session: Session, member_id: int, registration_id: int, *, now: datetime) -> Registration:
    """Let a member give up a place, or wait no more; who waits moves up. Again, it changes nothing.

    Points come back where it is in time (`rules.may_cancel_free`); later it is refused, or they are forfeited.
    Raises RegistrationUnknown, TooLateToCancel, CouponUsed, points.Frozen, points.NoAccount.
    """
    account = points.lock(session, member_id, now=now)
    made = queries.registration_of(session, member_id, registration_id)
    event, place = queries.event_of(session, made), places.locked(session, made.session_id)
    session.refresh(made)  # whoever moved it up had the session locked
    if made.status == "cancelled":
        return made
    if made.status not in OPEN or now >= place.starts_at or place.status != "open":
        raise TooLateToCancel
    if can_cancel_free(place, made, now=now):
        paying.give_back(session, account, made, now=now)
    elif terms_of(event).late_cancel == "refused":
        raise TooLateToCancel
    else:
        paying.take(session, account, made, now=now)
    take_coupon_back(session, account, made, now=now)
    places.end(place, made, by="member", now=now)
    places.move_up(session, event, place, now=now)
    return made


def terms_of(event: Event) -> Terms:
    """How members register for an event. Raises NoRegistration."""
    terms = event.book.registration
    if terms is None:
        raise NoRegistration
    return terms


def can_cancel_free(place: EventSession, made: Registration, *, now: datetime) -> bool:
    """Whether the member could give up this registration now and have the points back."""
    return made.status in OPEN and may_cancel_free(
        deadline=place.deadline_at,
        changed_since=made.session_version < place.version,
        moved_up_at=made.moved_up_at,
        waiting=made.status == "waiting",
        now=now,
    )


def take_coupon_back(session: Session, account: points.Account, made: Registration, *, now: datetime) -> None:
    """Take back the coupon that was given for registering, if one was. Raises CouponUsed."""
    if made.coupon_id is None:
        return
    try:
        coupon = coupons.coupon(session, made.member_id, made.coupon_id)
        coupons.revoke(session, account, coupon, now=now)
    except COUPON_STAYS as stays:
        raise CouponUsed from stays


def _drawn_up(
    event: Event, place: EventSession, member_id: int, wish: Wish, terms: Terms, *, rng: Random, now: datetime
) -> Registration:
    cost = terms.points * (1 + wish.companions)
    return Registration(
        id=new_id(),
        event_id=event.id,
        session_id=place.id,
        member_id=member_id,
        active_of=member_id,
        companions=wish.companions,
        points=cost,
        points_state="none",
        event_version=event.version,
        thanked=False,
        arrivals=0,
        registered_at=now,
        code=digits(rng, CODE_DIGITS),
    )


def _welcome(
    session: Session,
    account: points.Account,
    event: Event,
    place: EventSession,
    made: Registration,
    *,
    rng: Random,
    now: datetime,
) -> None:
    """What comes with a place at once: its message, its coupon, and its price where the deadline has passed."""
    terms = terms_of(event)
    if terms.capture == "deadline" and now >= place.deadline_at:
        paying.take(session, account, made, now=now)
    if terms.coupon is not None:
        source = points.Source(paying.COST, made.id)
        made.coupon_id = coupons.grant(session, account, terms.coupon, source=source, rng=rng, now=now).id
    announce(session, EventRegistered(**of(event, place, made, now=now)))
