"""Who may register: by time, tier, how often already, and how often they stayed away."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import tiers
from backend.events.absences import live_absences
from backend.events.errors import (
    Barred,
    NoRegistration,
    NotOpenYet,
    RegisteredAlready,
    RegistrationClosed,
    TierNotAllowed,
)
from backend.events.models import Event, EventSession, Registration
from backend.events.rules import barred_until, opens_for
from config import policy


def check_admitted(session: Session, member_id: int, event: Event, place: EventSession, *, now: datetime) -> None:
    """Whether a member may register. Raises NoRegistration, NotOpenYet, RegistrationClosed, TierNotAllowed, Barred,
    RegisteredAlready.
    """
    terms = event.book.registration
    if terms is None:
        raise NoRegistration
    if now >= terms.closes_at or now >= place.starts_at or place.status != "open":
        raise RegistrationClosed
    opens_at = opens_for_member(session, member_id, event, now=now)
    if opens_at is None:
        raise TierNotAllowed
    if now < opens_at:
        raise NotOpenYet(opens=f"{opens_at.astimezone(policy.SHOP_ZONE):%Y-%m-%d %H:%M}")
    barred = barred_now(session, member_id, now=now)
    if barred is not None:
        raise Barred(until=f"{barred.astimezone(policy.SHOP_ZONE):%Y-%m-%d}")
    _check_once(session, member_id, event, place, once=terms.once)


def opens_for_member(session: Session, member_id: int, event: Event, *, now: datetime) -> datetime | None:
    """When registration opens for a member; None where their tier is not asked, or nobody registers."""
    book = event.book
    if book.registration is None:
        return None
    if book.tiers is None and not book.registration.early_access:
        return book.registration.opens_at
    tier = tiers.standing(session, member_id, now=now).tier.code
    if book.tiers is not None and tier not in book.tiers:
        return None
    return opens_for(book.registration.opens_at, book.registration.early_access, tier)


def barred_now(session: Session, member_id: int, *, now: datetime) -> datetime | None:
    """Until when a member may not register, for having stayed away too often; None where they may."""
    book = live_absences(session, now=now)
    if book.count is None:
        return None
    absent = select(Registration.ended_at).where(
        Registration.member_id == member_id,
        Registration.status == "no-show",
        Registration.excused_at.is_(None),
        Registration.ended_at > now - book.within - book.barred_for,
    )
    times = [at for at in session.scalars(absent) if at is not None]
    until = barred_until(times, count=book.count, within=book.within, for_=book.barred_for)
    return until if until is not None and now < until else None


def _check_once(session: Session, member_id: int, event: Event, place: EventSession, *, once: str) -> None:
    mine = select(Registration.id).where(Registration.active_of == member_id, Registration.member_id == member_id)
    which = Registration.event_id == event.id if once == "event" else Registration.session_id == place.id
    if session.scalar(mine.where(which).limit(1)) is not None:
        raise RegisteredAlready
