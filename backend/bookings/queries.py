from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.bookings.errors import BookingUnknown
from backend.bookings.models import Booking
from backend.kit.calendar import day_end, day_start

Place = tuple[datetime, int]


def bookings(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> Sequence[Booking]:
    """A member's appointments, the newest made first, beginning below `before_id`."""
    mine = select(Booking).where(Booking.member_id == member_id)
    if before_id is not None:
        mine = mine.where(Booking.id < before_id)
    return session.scalars(mine.order_by(Booking.id.desc()).limit(limit)).all()


def booking(session: Session, booking_id: int, *, member_id: int | None = None, store_id: int | None = None) -> Booking:
    """An appointment. Raises BookingUnknown, for those of others too."""
    found = session.get(Booking, booking_id)
    if found is None or member_id not in {None, found.member_id} or store_id not in {None, found.store_id}:
        raise BookingUnknown
    return found


def of_day(
    session: Session,
    day: date,
    *,
    store_id: int,
    staff_id: int | None = None,
    after_id: int | None = None,
    limit: int,
) -> Sequence[Booking]:
    """The appointments of a store on a shop day, or of one of its staff, by time, beginning behind one of them."""
    mine = select(Booking).where(Booking.store_id == store_id)
    if staff_id is not None:
        mine = mine.where(Booking.staff_id == staff_id)
    mine = mine.where(Booking.starts_at >= day_start(day), Booking.starts_at < day_end(day))
    last = session.get(Booking, after_id) if after_id is not None else None
    if last is not None:
        later = (Booking.starts_at == last.starts_at) & (Booking.id > last.id)
        mine = mine.where((Booking.starts_at > last.starts_at) | later)
    return session.scalars(mine.order_by(Booking.starts_at, Booking.id).limit(limit)).all()
