"""What becomes of the messages of broadcasts when their member is merged into another one, or leaves."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.members import MembershipClosed, MembersMerged
from backend.messaging.broadcasts.models import Listed
from backend.messaging.broadcasts.rules import HAD_IT, cause
from backend.messaging.models import Message
from backend.messaging.rules import Queue, Status


def settle_broadcasts(session: Session, merged: MembersMerged) -> None:
    """Of each broadcast the survivor is told once: where both wait for it, the gone member's message is skipped, and
    where one of the two had it, the other one. A message that moves counts as the survivor's to who plans.

    Before the messages themselves move.
    """
    theirs, own = _messages(session, merged.gone_id), _messages(session, merged.into_id)
    for broadcast_id, message in theirs.items():
        other = own.get(broadcast_id)
        if other is None:
            message.cause = cause(broadcast_id, merged.into_id)
        elif _had(message, merged.at):
            _skip_waiting(other, merged.at)
        elif other.status == Status.WAITING or _had(other, merged.at):
            _skip_waiting(message, merged.at)


def drop_from_lists(session: Session, closed: MembershipClosed) -> None:
    """Who has left is on no list any more."""
    session.execute(delete(Listed).where(Listed.member_id == closed.member_id))


def _messages(session: Session, member_id: int) -> dict[int, Message]:
    """A member's messages by broadcast; locked, for a deliverer may be at them."""
    mine = select(Message).where(Message.member_id == member_id, Message.queue > Queue.MARKETING).order_by(Message.id)
    return {one.queue: one for one in session.scalars(mine.with_for_update())}


def _had(message: Message, at: datetime) -> bool:
    """Whether it was shown, or may be being shown at this moment."""
    return message.status in {Status.SENT, Status.DOUBTFUL} or _is_under_way(message, at)


def _is_under_way(message: Message, at: datetime) -> bool:
    return message.status == Status.WAITING and message.token is not None and message.due_at > at


def _skip_waiting(message: Message, at: datetime) -> None:
    if message.status == Status.WAITING and not _is_under_way(message, at):
        message.status, message.error, message.ended_at, message.token = Status.SKIPPED, HAD_IT, at, None
