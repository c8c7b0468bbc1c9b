"""What becomes of messages when their member is merged into another one, or leaves."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.members import MembershipClosed, MembersMerged
from backend.messaging.models import Delivery, Message
from backend.messaging.rules import Status

LEFT = "the member has left"


def move_messages(session: Session, merged: MembersMerged) -> None:
    """The messages of the gone member are the survivor's; those that wait are sent to where the survivor is reached."""
    for kept in (Message, Delivery):
        session.execute(update(kept).where(kept.member_id == merged.gone_id).values(member_id=merged.into_id))


def drop_waiting(session: Session, closed: MembershipClosed) -> None:
    """Send no more to a member who has left; also what was decided in this very transaction."""
    waiting = update(Message).where(Message.member_id == closed.member_id, Message.status == Status.WAITING)
    session.execute(waiting.values(status=Status.SKIPPED, ended_at=closed.at, error=LEFT, token=None))
