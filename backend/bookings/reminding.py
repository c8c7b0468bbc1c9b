"""Members are told of an appointment a day before, and again some hours before; each once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from backend.bookings.facts import BookingNear
from backend.bookings.models import Booking
from backend.bookings.rules import BOOKED, DAY_BEFORE, HOURS_BEFORE
from backend.bookings.service import locked, told
from backend.kit.facts import announce


def due_to_remind(
    session: Session, *, now: datetime, limit: int, after: Sequence[Any] | None = None
) -> list[tuple[datetime, int]]:
    """Appointments that are near and of which their members were not reminded, by (time, id), behind one of them."""
    near = select(Booking.starts_at, Booking.id).where(Booking.status == BOOKED, Booking.starts_at > now)
    near = near.where(Booking.starts_at <= now + DAY_BEFORE)
    soon = and_(Booking.starts_at <= now + HOURS_BEFORE, Booking.hours_reminder_at.is_(None))
    near = near.where(or_(Booking.day_reminder_at.is_(None), soon))
    if after is not None:
        at, booking_id = after
        near = near.where(or_(Booking.starts_at > at, and_(Booking.starts_at == at, Booking.id > booking_id)))
    rows = session.execute(near.order_by(Booking.starts_at, Booking.id).limit(limit))
    return [(row.starts_at, row.id) for row in rows]


def remind_due(session: Session, booking_id: int, *, now: datetime) -> None:
    """Remind a member of an appointment that is near; does nothing where that was done. Where both reminders are due,
    one is enough. Raises BookingUnknown.
    """
    booking = locked(session, booking_id, now=now)
    if booking.status != BOOKED or not now < booking.starts_at <= now + DAY_BEFORE:
        return
    soon = booking.starts_at <= now + HOURS_BEFORE
    if (booking.hours_reminder_at if soon else booking.day_reminder_at) is not None:
        return
    booking.day_reminder_at = booking.day_reminder_at or now
    if soon:
        booking.hours_reminder_at = now
    announce(session, BookingNear(**told(session, booking, now)))
