"""What becomes of appointments and advisers when their member is merged into another one, or leaves."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.bookings.advisers import current_of, finish
from backend.bookings.models import Adviser, Booking, Grain
from backend.bookings.rules import BOOKED
from backend.bookings.service import end
from backend.members import MembershipClosed, MembershipEnding, MembersMerged

LEFT = "closure"


def move_bookings(session: Session, merged: MembersMerged) -> None:
    """The survivor has the appointments of both, also two at one time: that is for the survivor to settle. Its own
    adviser stays, else it has the gone one's.
    """
    gone_id, into_id = merged.gone_id, merged.into_id
    busy = set(session.scalars(select(Grain.starts_at).where(Grain.member_id == into_id)))
    for grain in session.scalars(select(Grain).where(Grain.member_id == gone_id)):
        grain.member_id = None if grain.starts_at in busy else into_id
    session.execute(update(Booking).where(Booking.member_id == gone_id).values(member_id=into_id))
    theirs = current_of(session, gone_id)
    if theirs is not None:
        if current_of(session, into_id) is None:
            theirs.adviser_of, theirs.member_id = into_id, into_id
        else:
            finish(theirs, merged.at)
        session.flush()  # before the others of the gone one move
    session.execute(update(Adviser).where(Adviser.member_id == gone_id).values(member_id=into_id))


def cancel_ahead(session: Session, ending: MembershipEnding) -> None:
    """Cancel what is still to come of a member who leaves: others may have the time."""
    ahead = select(Booking).where(Booking.member_id == ending.member_id, Booking.status == BOOKED)
    ahead = ahead.where(Booking.starts_at > ending.at).order_by(Booking.id).with_for_update()
    for booking in session.scalars(ahead.execution_options(populate_existing=True)):
        end(session, booking, by=LEFT, reason=None, now=ending.at)


def forget_words(session: Session, closed: MembershipClosed) -> None:
    """Forget what who has left said of appointments; nobody advises them any more."""
    current = current_of(session, closed.member_id)
    if current is not None:
        finish(current, closed.at)
    session.execute(update(Booking).where(Booking.member_id == closed.member_id).values(feedback_sealed=None))
