"""What becomes of registrations when their member is merged into another one, or leaves."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import points
from backend.events import paying, places, queries
from backend.events.errors import CouponUsed
from backend.events.models import OPEN, Feedback, Registration
from backend.events.service import take_coupon_back
from backend.members import MembershipClosed, MembershipEnding, MembersMerged


def move_registrations(session: Session, merged: MembersMerged) -> None:
    """The registrations of the gone member are the survivor's. Of two for one session the gone one's ends, and who
    waits moves up. None holds points: while any are held, members are not merged.
    """
    taken = set(session.scalars(select(Registration.session_id).where(Registration.active_of == merged.into_id)))
    for made in _of(session, merged.gone_id):
        place = places.locked(session, made.session_id)
        session.refresh(made)  # whoever moved it up had the session locked
        twice = made.session_id in taken
        made.member_id = merged.into_id
        made.active_of = None if made.active_of is None or twice else merged.into_id
        if twice and made.status in OPEN:
            places.end(place, made, by="merge", now=merged.at)
            places.move_up(session, queries.event_of(session, made), place, now=merged.at)


def end_registrations(session: Session, ending: MembershipEnding) -> None:
    """Who leaves gives up every place, and the points that were held are gone with the account."""
    account = points.lock(session, ending.member_id, now=ending.at)
    for made in _of(session, ending.member_id):
        if made.status in OPEN:
            place = places.locked(session, made.session_id)
            session.refresh(made)  # as above
            paying.give_back(session, account, made, now=ending.at)
            try:
                take_coupon_back(session, account, made, now=ending.at)
            except CouponUsed:
                made.coupon_id = None
            places.end(place, made, by="membership", now=ending.at)
            places.move_up(session, queries.event_of(session, made), place, now=ending.at)
        elif made.points_state == "held":
            paying.take(session, account, made, now=ending.at)


def forget_answers(session: Session, closed: MembershipClosed) -> None:
    """What who has left answered to forms, and said of events, is nobody's business any more."""
    own = Registration.member_id == closed.member_id
    session.execute(update(Registration).where(own).values(answers_sealed=None))
    theirs = Feedback.registration_id.in_(select(Registration.id).where(own))
    session.execute(update(Feedback).where(theirs).values(comment=""))


def _of(session: Session, member_id: int) -> Sequence[Registration]:
    """A member's registrations in the order in which their sessions are locked."""
    own = select(Registration).where(Registration.member_id == member_id)
    return session.scalars(own.order_by(Registration.session_id, Registration.number)).all()
