"""Appointments: made, moved, cancelled. Locks are taken in the order account, appointment, calendars by staff id."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend import benefits, points, stores
from backend.bookings.errors import (
    BookingEnded,
    BookingUnknown,
    MemberBusy,
    NotBookable,
    SlotTaken,
    TooLate,
)
from backend.bookings.facts import Appointment, BookingCancelled, BookingChanged, BookingConfirmed
from backend.bookings.models import Booking, Calendar, Grain, Service
from backend.bookings.rules import BOOKED, DAY_BEFORE, HOURS_BEFORE, grains
from backend.bookings.slots import check_window, course_of, fairest, free_of, offered, staff_of
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.kit.ids import new_id

MEMBER = "member"


@dataclass(frozen=True)
class Wish:
    """When an appointment should begin, and with whom (None: whoever is free, in turn)."""

    starts_at: datetime
    staff_id: int | None = None


@dataclass(frozen=True)
class Desk:
    """Who acts for the shop: a till of one store, or an operator (`store_id` None), and why."""

    by: str
    reason: str
    store_id: int | None = None


def book(session: Session, member_id: int, *, benefit: str, service_id: int, wish: Wish, now: datetime) -> Booking:
    """Make an appointment; it uses the benefit in the period of its day.

    Raises ServiceUnknown, NotBookable, OutOfWindow, SlotTaken, MemberBusy, benefits.BenefitUnknown,
    benefits.NotEntitled, benefits.NotHere, benefits.QuotaUsedUp, benefits.GiftUnknown.
    """
    points.lock(session, member_id, now=now)
    service = offered(session, service_id, benefit=benefit)
    check_window(service, wish.starts_at, now=now)
    booking = Booking(
        id=new_id(),
        member_id=member_id,
        service_id=service.id,
        store_id=service.store_id,
        benefit=benefit,
        service_name=service.name,
        moves=0,
        booked_at=now,
    )
    _place(session, booking, service, wish, now=now)
    announce(session, BookingConfirmed(**told(session, booking, now)))
    return booking


def move(
    session: Session, booking_id: int, wish: Wish, *, member_id: int | None, desk: Desk | None, now: datetime
) -> Booking:
    """Move an appointment: by its member until it is too late to cancel it, by the shop at any time before its end.

    The one who was to serve stays, where that is possible and nobody else is asked for. The benefit is used anew, in
    the period of the new day. Raises BookingUnknown, BookingEnded, TooLate, and what `book` does.
    """
    words = benefits.checked_reason(desk.reason) if desk else None
    booking = _open(session, booking_id, member_id=member_id, desk=desk, now=now)
    if desk is None and now > booking.cancel_until:
        raise TooLate
    service = offered(session, booking.service_id)
    check_window(service, wish.starts_at, now=now)
    _give_up(session, booking, by=desk.by if desk else MEMBER, now=now)
    booking.moves, booking.reason = booking.moves + 1, words
    _place(session, booking, service, wish, now=now)
    announce(session, BookingChanged(**told(session, booking, now)))
    return booking


def cancel(session: Session, booking_id: int, *, member_id: int, now: datetime) -> Booking:
    """Cancel an appointment by its member, before it begins. The benefit is given back until `cancel_until`; after that
    it stays used. A cancelled one is answered as it is. Raises BookingUnknown, BookingEnded, TooLate.
    """
    booking = locked(session, booking_id, member_id=member_id, now=now)
    if booking.status == "cancelled":
        return booking
    _must_be_booked(booking)
    if now >= booking.starts_at:
        raise TooLate
    if now <= booking.cancel_until:
        _give_up(session, booking, by=MEMBER, now=now)
    end(session, booking, by=MEMBER, reason=None, now=now)
    return booking


def call_off(session: Session, booking_id: int, *, desk: Desk, now: datetime) -> Booking:
    """Cancel an appointment by the shop: the benefit is given back, and the member told why. A cancelled one is
    answered as it is. Raises BookingUnknown, BookingEnded, benefits.ReasonRefused.
    """
    words = benefits.checked_reason(desk.reason)
    booking = locked(session, booking_id, store_id=desk.store_id, now=now)
    if booking.status == "cancelled":
        return booking
    _must_be_booked(booking)
    _give_up(session, booking, by=desk.by, now=now)
    end(session, booking, by=desk.by, reason=words, now=now)
    announce(session, BookingCancelled(**told(session, booking, now), why=words))
    return booking


def end(session: Session, booking: Booking, *, by: str, reason: str | None, now: datetime) -> None:
    """Let a locked appointment be cancelled; its time is free again."""
    free(session, booking)
    booking.status, booking.ended_at, booking.ended_by, booking.reason = "cancelled", now, by, reason


def free(session: Session, booking: Booking) -> None:
    """Let the time of an appointment be free again."""
    session.execute(delete(Grain).where(Grain.booking_id == booking.id))


def locked(
    session: Session, booking_id: int, *, member_id: int | None = None, store_id: int | None = None, now: datetime
) -> Booking:
    """An appointment, its member's account locked first. Raises BookingUnknown, for those of others too."""
    known = session.get(Booking, booking_id)
    if known is None or member_id not in {None, known.member_id} or store_id not in {None, known.store_id}:
        raise BookingUnknown
    points.lock(session, known.member_id, now=now)
    return session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)


def told(session: Session, booking: Booking, now: datetime) -> dict[str, Any]:
    """What facts tell of an appointment."""
    store = stores.get_store(session, booking.store_id).name
    return vars(Appointment(booking.member_id, booking.id, booking.service_name, store, booking.starts_at, now))


def _open(session: Session, booking_id: int, *, member_id: int | None, desk: Desk | None, now: datetime) -> Booking:
    booking = locked(session, booking_id, member_id=member_id, store_id=desk.store_id if desk else None, now=now)
    _must_be_booked(booking)
    return booking


def _must_be_booked(booking: Booking) -> None:
    if booking.status != BOOKED:
        raise BookingEnded(status=booking.status)


def _give_up(session: Session, booking: Booking, *, by: str, now: datetime) -> None:
    if booking.use_id is not None:
        benefits.give_back(session, booking.use_id, by=by, now=now)
        booking.use_id = None


def _place(session: Session, booking: Booking, service: Service, wish: Wish, *, now: datetime) -> None:
    """Give an appointment its time and its staff, and use the benefit for it."""
    day = shop_day(wish.starts_at)
    grant = benefits.entitled(session, booking.member_id, booking.benefit, day=day, now=now)
    if grant.benefit.kind not in benefits.BOOKED:
        raise NotBookable
    benefits.check_store(session, grant.benefit, service.store_id)
    ends_at = wish.starts_at + timedelta(minutes=service.minutes)
    _check_member(session, booking, wish.starts_at, ends_at)
    booking.staff_id = _assigned(session, booking, service, wish, now=now)
    booking.starts_at, booking.ends_at = wish.starts_at, ends_at
    booking.cancel_until = wish.starts_at - timedelta(hours=service.cancel_hours)
    booking.day_reminder_at = now if wish.starts_at - now <= DAY_BEFORE else None
    booking.hours_reminder_at = now if wish.starts_at - now <= HOURS_BEFORE else None
    if grant.benefit.kind == "birthday_gift":
        benefits.waiting_gift(session, booking.member_id, booking.benefit, at=wish.starts_at)
    else:
        place = benefits.Place(service.store_id, "booking", f"{booking.id}:{booking.moves}")
        booking.use_id = benefits.count(session, booking.member_id, grant, amount=1, place=place, day=day, now=now).id
    session.add(booking)
    session.flush()  # its quarters refer to it
    free(session, booking)
    _take(session, booking, service)


def _check_member(session: Session, booking: Booking, starts_at: datetime, ends_at: datetime) -> None:
    """Under the lock of the account nobody else books for the member."""
    mine = select(Booking.id).where(Booking.member_id == booking.member_id, Booking.status == BOOKED)
    other = mine.where(Booking.id != booking.id, Booking.starts_at < ends_at, Booking.ends_at > starts_at)
    if session.scalar(other.limit(1)) is not None:
        raise MemberBusy


def _assigned(session: Session, booking: Booking, service: Service, wish: Wish, *, now: datetime) -> int:
    """Who serves. All who could are locked, in the order of their ids, so that none of them is booked meanwhile."""
    able = [one for one in staff_of(session, service) if wish.staff_id in {None, one}]
    calendars = select(Calendar).where(Calendar.staff_id.in_(able), Calendar.left_at.is_(None))
    rows = session.scalars(calendars.order_by(Calendar.staff_id).with_for_update()).all()
    there = [one.staff_id for one in rows]
    day = shop_day(wish.starts_at)
    free_then = free_of(session, service, there, day=day, now=now, but_for=booking.id)
    free = [one for one in there if wish.starts_at in free_then[one]]
    if not free:
        raise SlotTaken
    if booking.moves and booking.staff_id in free:
        return booking.staff_id
    return fairest(session, free, day=day)


def _take(session: Session, booking: Booking, service: Service) -> None:
    taken = course_of(service).grains(booking.starts_at)
    own = set(grains(booking.starts_at, service.minutes))
    session.add_all(
        Grain(
            staff_id=booking.staff_id,
            starts_at=at,
            member_id=booking.member_id if at in own else None,
            booking_id=booking.id,
        )
        for at in taken
    )
    session.flush()  # the keys are the net beneath the locks: a double booking fails here
