"""Reads what was said."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend.conversations.log import text_of
from backend.conversations.models import ChatLine, Reply


@dataclass(frozen=True)
class Line:
    """A line, opened. `delivery` and `error` are what became of an operator's, None for all others."""

    id: int
    identity_id: int
    conversation_id: int | None
    sender: str
    kind: str
    text: str = field(repr=False)
    written_by: str | None
    at: datetime
    delivery: str | None
    error: str | None


def said_with(
    session: Session, identity_ids: Collection[int], *, before_id: int | None = None, limit: int
) -> list[Line]:
    """The newest lines with these followers, all identities of one person, or those before a line; newest first."""
    return _lines(session, ChatLine.identity_id.in_(identity_ids), before_id, limit)


def said_in(session: Session, conversation_id: int, *, before_id: int | None = None, limit: int) -> list[Line]:
    """The newest lines of a conversation, or those before a line; newest first."""
    return _lines(session, ChatLine.conversation_id == conversation_id, before_id, limit)


def _lines(session: Session, which: ColumnElement[bool], before_id: int | None, limit: int) -> list[Line]:
    found = select(ChatLine, Reply).outerjoin(Reply, Reply.line_id == ChatLine.id).where(which)
    if before_id is not None:
        found = found.where(ChatLine.id < before_id)
    ordered = found.order_by(ChatLine.id.desc()).limit(limit).execution_options(populate_existing=True)
    return [_line(session, line, reply) for line, reply in session.execute(ordered)]


def _line(session: Session, line: ChatLine, reply: Reply | None) -> Line:
    return Line(
        id=line.id,
        identity_id=line.identity_id,
        conversation_id=line.conversation_id,
        sender=line.sender,
        kind=line.kind,
        text=text_of(session, line),
        written_by=line.written_by,
        at=line.at,
        delivery=reply.status if reply else None,
        error=reply.error if reply else None,
    )
