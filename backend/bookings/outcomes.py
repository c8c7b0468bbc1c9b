"""What became of appointments, and how they were."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.bookings.errors import BookingEnded, FeedbackGiven, NotDone, TooEarly
from backend.bookings.models import Booking
from backend.bookings.rules import FEEDBACK_WITHIN, Outcome, checked_feedback
from backend.bookings.service import locked
from backend.kit.pii import vault


def conclude(
    session: Session, booking_id: int, outcome: Outcome, *, by: str, store_id: int | None = None, now: datetime
) -> Booking:
    """Say that the member came and was served, or did not come. What was said by mistake is said anew, until the member
    has given feedback; the benefit stays used either way.

    Raises BookingUnknown, BookingEnded, TooEarly, FeedbackGiven.
    """
    booking = locked(session, booking_id, store_id=store_id, now=now)
    if booking.status == outcome:
        return booking
    if booking.status == "cancelled":
        raise BookingEnded(status=booking.status)
    if now < booking.starts_at:
        raise TooEarly
    if booking.rating is not None:
        raise FeedbackGiven
    booking.status, booking.ended_at, booking.ended_by = outcome, now, by
    return booking


def give_feedback(
    session: Session, booking_id: int, *, member_id: int, rating: int, text: str, now: datetime
) -> Booking:
    """Say how it was, once: one to five, and words if one likes. Raises BookingUnknown, NotDone, FeedbackGiven,
    FeedbackRefused.
    """
    words = checked_feedback(text)
    booking = locked(session, booking_id, member_id=member_id, now=now)
    if booking.rating is not None:
        raise FeedbackGiven
    if booking.status != "done" or now > booking.ends_at + FEEDBACK_WITHIN:
        raise NotDone
    booking.rating, booking.rated_at = rating, now
    booking.feedback_sealed = vault(session).seal(words, feedback_place(booking.id)) if words else None
    return booking


def feedback(session: Session, booking: Booking) -> str | None:
    """What the member said of an appointment."""
    if booking.feedback_sealed is None:
        return None
    return vault(session).open(booking.feedback_sealed, feedback_place(booking.id))


def feedback_place(booking_id: int) -> str:
    """Where feedback is sealed for; it opens nowhere else."""
    return f"bookings.feedback:{booking_id}"
