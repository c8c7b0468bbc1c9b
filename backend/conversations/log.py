"""Writes down what followers and the official account say to one another."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from backend.conversations.models import ChatLine, Conversation, Reply
from backend.conversations.rules import Deed, Sender, Stage
from backend.conversations.windows import note_gesture, note_words
from backend.kit.ids import new_id
from backend.kit.pii import vault

GESTURES = frozenset({"CLICK", "subscribe", "SCAN"})


def hear(session: Session, identity_id: int, *, kind: str, text: str, at: datetime, now: datetime) -> None:
    """Write down what a follower said, and open the window that it opens; `kind` is WeChat's word for it: text, image,
    or a press (CLICK), a follow (subscribe) or a scan (SCAN).

    `at` is WeChat's time of it: the window counts from there.
    """
    note = note_gesture if kind in GESTURES else note_words
    note(session, identity_id, at=min(at, now))
    conversation = open_conversation(session, identity_id)
    if conversation is not None and kind not in GESTURES:
        conversation.follower_at = now
    _add(session, conversation, text, identity_id=identity_id, sender=Sender.FOLLOWER, kind=kind, at=now)


def say(session: Session, identity_id: int, *, kind: str, text: str, now: datetime) -> None:
    """Write down what the official account answered by itself."""
    conversation = open_conversation(session, identity_id)
    _add(session, conversation, text, identity_id=identity_id, sender=Sender.ROBOT, kind=kind, at=now)


def gather(session: Session, conversation: Conversation, *, since: datetime) -> None:
    """Let what was said with a follower since an instant, and belongs to no conversation, be of this one."""
    session.flush()  # what was heard in this very transaction too
    loose = ChatLine.identity_id == conversation.identity_id, ChatLine.conversation_id.is_(None), ChatLine.at >= since
    session.execute(update(ChatLine).where(*loose).values(conversation_id=conversation.id))


def note_deed(session: Session, conversation: Conversation, deed: Deed, *, by: str | None, now: datetime) -> None:
    """Write down what was done with a conversation, by an operator or by the clock."""
    sender = Sender.OPERATOR if by else Sender.ROBOT
    said = {"identity_id": conversation.identity_id, "sender": sender, "kind": deed, "written_by": by, "at": now}
    _add(session, conversation, None, **said)


def write_reply(session: Session, conversation: Conversation, text: str, *, by: str, now: datetime) -> ChatLine:
    """Write down what an operator answers."""
    said = {"identity_id": conversation.identity_id, "sender": Sender.OPERATOR, "kind": "text", "at": now}
    line = _add(session, conversation, text, written_by=by, **said)
    session.flush()  # what sends it points to it
    return line


def open_conversation(session: Session, identity_id: int) -> Conversation | None:
    """The follower's conversation that is not closed, if there is one."""
    mine = select(Conversation).where(Conversation.open_for == identity_id)
    return session.scalar(mine.execution_options(populate_existing=True))


def text_of(session: Session, line: ChatLine) -> str:
    """What a line says; nothing of a deed."""
    return vault(session).open(line.text_sealed, _place(line.id)) if line.text_sealed is not None else ""


def forget_lines(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` lines that were said before an instant; returns how many."""
    old = session.scalars(select(ChatLine.id).where(ChatLine.at < before).order_by(ChatLine.at).limit(limit)).all()
    session.execute(delete(Reply).where(Reply.line_id.in_(old)))
    session.execute(delete(ChatLine).where(ChatLine.id.in_(old)))
    return len(old)


def forget_conversations(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` conversations that were closed before an instant and of which no line is left."""
    spoken_of = exists().where(ChatLine.conversation_id == Conversation.id)
    over = Conversation.status == Stage.CLOSED, Conversation.closed_at < before, ~spoken_of
    old = session.scalars(select(Conversation.id).where(*over).limit(limit)).all()
    session.execute(delete(Conversation).where(Conversation.id.in_(old)))
    return len(old)


def _add(session: Session, conversation: Conversation | None, text: str | None, **said: Any) -> ChatLine:
    line_id = new_id()
    sealed = None if text is None else vault(session).seal(text, _place(line_id))
    line = ChatLine(id=line_id, conversation_id=conversation.id if conversation else None, text_sealed=sealed, **said)
    session.add(line)
    return line


def _place(line_id: int) -> str:
    return f"chat_lines.text:{line_id}"
