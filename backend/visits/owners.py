"""What becomes of a member's visits when two members become one, or one leaves."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from backend.members import MembershipClosed, MembersMerged
from backend.visits.models import MemberVisit


def join_visits(session: Session, merged: MembersMerged) -> None:
    """Who was two was here when either was, and was asked back as often as the one who was asked more since then."""
    gone, into = (session.get(MemberVisit, one) for one in (merged.gone_id, merged.into_id))
    if gone is None or into is None:
        return
    into.last_on = max(gone.last_on, into.last_on)
    asked_on = max((day for day in (gone.asked_on, into.asked_on) if day is not None), default=None)
    asked_since = asked_on is not None and asked_on >= into.last_on
    into.asked, into.asked_on = max(gone.asked, into.asked) if asked_since else 0, asked_on
    into.quiet_since = asked_on if asked_since and asked_on is not None else into.last_on
    session.delete(gone)


def forget_visits(session: Session, closed: MembershipClosed) -> None:
    """When somebody who has left was here is nobody's business any more."""
    session.execute(delete(MemberVisit).where(MemberVisit.member_id == closed.member_id))
