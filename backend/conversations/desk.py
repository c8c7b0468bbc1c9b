"""The desk: conversations that people look after, from the queue until they are closed."""

from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from backend.conversations.errors import (
    ConversationUnknown,
    NotClosed,
    NotOpen,
    NotTaken,
    NotWaiting,
    TextRefused,
    WindowClosed,
)
from backend.conversations.log import gather, note_deed, open_conversation, write_reply
from backend.conversations.models import ChatLine, Conversation, Reply
from backend.conversations.rules import Deed, Ending, Stage, Why
from backend.conversations.windows import reserve, service_window
from backend.wechat import LONGEST_TEXT, fits_text
from config import policy

LED_HERE: Final = timedelta(minutes=10)
"""What was said so shortly before a conversation was opened belongs to it: the question itself, above all."""


def call_people(session: Session, identity_id: int, *, why: Why, now: datetime) -> Conversation:
    """Put a follower into the queue; who is there or with an operator already stays where they are.

    What was closed less than `policy.DESK_REOPENS_WITHIN` ago is opened again.
    """
    mine = open_conversation(session, identity_id)
    if mine is not None:
        return mine
    last = _latest(session, identity_id)
    if last is not None and last.closed_at is not None and now - last.closed_at < policy.DESK_REOPENS_WITHIN:
        last.follower_at = now
        _open_again(session, last, by=None, now=now)
        gather(session, last, since=now - LED_HERE)
        return last
    mine = Conversation(
        identity_id=identity_id, open_for=identity_id, why=why, opened_at=now, waiting_since=now, follower_at=now
    )
    session.add(mine)
    session.flush()  # the lines of it point to it
    gather(session, mine, since=now - LED_HERE)
    note_deed(session, mine, Deed.OPENED, by=None, now=now)
    return mine


def take(session: Session, conversation_id: int, *, by: str, now: datetime) -> Conversation:
    """Let an operator look after a conversation that waits. Raises ConversationUnknown, NotWaiting.

    The UPDATE is its own guard: of any number of operators one gets it.
    """
    waiting = Conversation.id == conversation_id, Conversation.status == Stage.WAITING
    taken = update(Conversation).where(*waiting).values(status=Stage.TAKEN, taken_by=by, taken_at=now)
    won = _rows(session, taken)
    conversation = find(session, conversation_id)
    if not won:
        raise NotWaiting
    note_deed(session, conversation, Deed.TAKEN, by=by, now=now)
    return conversation


def take_next(session: Session, *, by: str, now: datetime) -> Conversation:
    """Let an operator look after the follower who waits longest. Raises ConversationUnknown when nobody waits."""
    longest = select(Conversation.id).where(Conversation.status == Stage.WAITING)
    order = longest.order_by(Conversation.waiting_since, Conversation.id).limit(1).with_for_update(skip_locked=True)
    conversation_id = session.scalar(order)
    if conversation_id is None:
        raise ConversationUnknown
    return take(session, conversation_id, by=by, now=now)


def reply(session: Session, conversation_id: int, text: str, *, by: str, now: datetime) -> ChatLine:
    """Answer a follower: one message of the window is taken, and the line goes out after the commit.

    Raises ConversationUnknown, NotTaken unless `by` has taken it, TextRefused, WindowClosed.
    """
    conversation = _locked(session, conversation_id)
    if conversation.status != Stage.TAKEN or conversation.taken_by != by:
        raise NotTaken
    if not (text.strip() and len(text) <= LONGEST_TEXT and fits_text(text)):
        raise TextRefused
    window = service_window(session, conversation.identity_id, now=now)
    if window.until_at is None or not reserve(session, conversation.identity_id, now=now):
        raise WindowClosed
    line = write_reply(session, conversation, text, by=by, now=now)
    conversation.desk_at = now
    session.add(
        Reply(
            line_id=line.id,
            identity_id=conversation.identity_id,
            written_at=now,
            send_before=window.until_at,
            due_at=now,
        )
    )
    return line


def put_back(session: Session, conversation_id: int, *, by: str | None, now: datetime) -> Conversation:
    """Put a conversation back into the queue, at its old place. Raises ConversationUnknown, NotTaken."""
    conversation = _locked(session, conversation_id)
    if conversation.status != Stage.TAKEN:
        raise NotTaken
    conversation.status, conversation.taken_by, conversation.taken_at = Stage.WAITING, None, None
    note_deed(session, conversation, Deed.RETURNED, by=by, now=now)
    return conversation


def close(session: Session, conversation_id: int, *, by: str, now: datetime) -> Conversation:
    """End a conversation, also one that nobody took: the robot answers again. Raises ConversationUnknown, NotOpen."""
    conversation = _locked(session, conversation_id)
    if conversation.status == Stage.CLOSED:
        raise NotOpen
    end(session, conversation, Ending.DONE, by=by, now=now)
    return conversation


def reopen(session: Session, conversation_id: int, *, by: str, now: datetime) -> Conversation:
    """Put a closed conversation into the queue again. Raises ConversationUnknown, NotClosed."""
    conversation = _locked(session, conversation_id)
    if open_conversation(session, conversation.identity_id) is not None:
        raise NotClosed
    _open_again(session, conversation, by=by, now=now)
    return conversation


def find(session: Session, conversation_id: int) -> Conversation:
    """A conversation, read anew. Raises ConversationUnknown."""
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None:
        raise ConversationUnknown
    return conversation


def end(session: Session, conversation: Conversation, ending: Ending, *, by: str | None, now: datetime) -> None:
    """Close a conversation whose row is locked."""
    conversation.status, conversation.open_for, conversation.ending = Stage.CLOSED, None, ending
    conversation.closed_at, conversation.closed_by = now, by
    note_deed(session, conversation, Deed.CLOSED, by=by, now=now)


def _open_again(session: Session, conversation: Conversation, *, by: str | None, now: datetime) -> None:
    conversation.status, conversation.open_for, conversation.waiting_since = (
        Stage.WAITING,
        conversation.identity_id,
        now,
    )
    conversation.closed_at = conversation.closed_by = conversation.ending = None
    conversation.taken_by = conversation.taken_at = None
    session.flush()  # of two at once the second violates the key here
    note_deed(session, conversation, Deed.REOPENED, by=by, now=now)


def _latest(session: Session, identity_id: int) -> Conversation | None:
    mine = select(Conversation).where(Conversation.identity_id == identity_id).order_by(Conversation.id.desc())
    return session.scalar(mine.limit(1).with_for_update().execution_options(populate_existing=True))


def _locked(session: Session, conversation_id: int) -> Conversation:
    conversation = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if conversation is None:
        raise ConversationUnknown
    return conversation


def _rows(session: Session, statement: Any) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
