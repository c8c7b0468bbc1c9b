"""What operators do with messages that ended unsent: look at them, put their words right, and send them again."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.kit.errors import Conflict, NotFound
from backend.messaging.broadcasts.serving import words_of
from backend.messaging.models import Delivery, Message
from backend.messaging.previewing import WordUnknown
from backend.messaging.rules import Status


class MessageUnknown(NotFound):
    """There is no message of that id."""

    code = "messages.unknown"
    message = "消息不存在"


class NotEnded(Conflict):
    """Only a message that ended without being sent can be sent again."""

    code = "messages.not-ended"
    message = "消息仍在发送或已送达，无需重发"


def requeue(session: Session, message_id: int, *, words: Mapping[str, str] | None = None, now: datetime) -> None:
    """Let a message that ended unsent wait again for every channel, some of its words put right if they were wrong.

    A doubtful one may then be shown a second time: the operator knows, and decides. The inbox shows the new words.
    Raises MessageUnknown, NotEnded, WordUnknown.
    """
    message = session.scalar(select(Message).where(Message.id == message_id).with_for_update())
    if message is None:
        raise MessageUnknown
    if message.status in {Status.WAITING, Status.SENT}:
        raise NotEnded
    known, corrected = words_of(session, [message])[message.id], words or {}
    if unknown := corrected.keys() - known.keys():
        raise WordUnknown(word="、".join(sorted(unknown)))
    message.words = {**message.words, **corrected}
    session.execute(delete(Delivery).where(Delivery.message_id == message_id))  # every channel is tried anew
    message.status, message.due_at, message.attempts = Status.WAITING, now, 0
    message.ended_at = message.unsure_since = message.error = message.channel = None
