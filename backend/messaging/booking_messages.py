"""What members are told of their appointments and advisers."""

from sqlalchemy.orm import Session

from backend.bookings import AdviserChanged, BookingCancelled, BookingChanged, BookingConfirmed, BookingNear
from backend.messaging.deciding import decide
from backend.messaging.wording import day, instant


def tell_booking_confirmed(session: Session, confirmed: BookingConfirmed) -> None:
    """Decide to tell the member of a new appointment."""
    _tell(session, confirmed, "booking_confirmed")


def tell_booking_changed(session: Session, changed: BookingChanged) -> None:
    """Decide to tell the member when an appointment is now."""
    _tell(session, changed, "booking_changed")


def tell_booking_near(session: Session, near: BookingNear) -> None:
    """Decide to remind the member of an appointment."""
    _tell(session, near, "booking_reminder")


def tell_booking_cancelled(session: Session, cancelled: BookingCancelled) -> None:
    """Decide to tell the member that the shop has cancelled an appointment, and why."""
    _tell(session, cancelled, "booking_cancelled", why=cancelled.why)


def tell_adviser_changed(session: Session, changed: AdviserChanged) -> None:
    """Decide to tell the member of another adviser; the name is for the mini-program alone."""
    words = {"store": changed.store_name, "day": day(changed.at)}
    cause = (str(changed.adviser_id),)
    decide(session, changed.member_id, "adviser_changed", words=words, cause=cause, now=changed.at)


def _tell(
    session: Session,
    appointment: BookingConfirmed | BookingChanged | BookingNear | BookingCancelled,
    template: str,
    **more: str,
) -> None:
    words = {"service": appointment.service, "store": appointment.store_name, "at": instant(appointment.starts_at)}
    cause = (str(appointment.booking_id), appointment.at.isoformat())  # it may be moved often, and back again
    decide(session, appointment.member_id, template, words=words | more, cause=cause, now=appointment.at)
