"""What the clock does at the desk: nobody's matter is forgotten, and nobody is kept who has said all."""

from collections import Counter
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from backend.conversations.desk import end, put_back
from backend.conversations.models import Conversation
from backend.conversations.rules import OF_WORDS, Ending, Stage
from config import policy


def tidy_desk(session: Session, *, now: datetime, limit: int) -> Counter[str]:
    """End or put back up to `limit` conversations whose time is over; counts what became of them.

    Who waits and has not written for 48 hours cannot be answered any more. Where the desk had the last word
    `policy.DESK_SILENCE` ago the matter is done; where the follower had it, another operator is to look after it.
    """
    due = select(Conversation).where(or_(_lapsed(now), _silent(now))).order_by(Conversation.id).limit(limit)
    rows = session.scalars(due.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    return Counter(_tidied(session, row, now) for row in rows.all())


def _tidied(session: Session, conversation: Conversation, now: datetime) -> str:
    if conversation.status == Stage.WAITING:
        end(session, conversation, Ending.LAPSED, by=None, now=now)
        return "lapsed"
    if conversation.desk_at is not None and conversation.desk_at >= conversation.follower_at:
        end(session, conversation, Ending.SILENT, by=None, now=now)
        return "silent"
    put_back(session, conversation.id, by=None, now=now)
    return "returned"


def _lapsed(now: datetime) -> ColumnElement[bool]:
    return and_(Conversation.status == Stage.WAITING, Conversation.follower_at <= now - OF_WORDS.good_for)


def _silent(now: datetime) -> ColumnElement[bool]:
    since = now - policy.DESK_SILENCE
    return and_(
        Conversation.status == Stage.TAKEN,
        Conversation.follower_at <= since,
        Conversation.taken_at <= since,
        or_(Conversation.desk_at.is_(None), Conversation.desk_at <= since),
    )
