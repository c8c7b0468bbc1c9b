"""A member's messages, whatever became of their delivery, and which of them were read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from backend.messaging.broadcasts.serving import is_seen, words_of
from backend.messaging.models import Message
from backend.messaging.resending import MessageUnknown
from backend.messaging.wording import CATALOGUE, lines, title

MOST_COUNTED: Final = 100


@dataclass(frozen=True)
class Received:
    """A message in the words of its moment: what it is about, its labels and texts, and when it was decided.

    `page` is where it leads in the mini-program; None for a message that the catalogue holds no more.
    """

    id: int
    kind: str
    title: str
    lines: list[tuple[str, str]]
    page: str | None
    at: datetime
    read_at: datetime | None


def received(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> list[Received]:
    """A member's newest messages, or those before one of them."""
    found: list[Message] = []
    while (wanted := limit - len(found)) > 0:
        page = _page(session, member_id, before_id, wanted)
        found += [message for message, seen in page if seen]
        if len(page) < wanted:
            break
        before_id = page[-1][0].id
    words = words_of(session, found)
    return [_received(row, words[row.id]) for row in found]


def unread(session: Session, member_id: int) -> int:
    """How many messages a member has not read; with 100 the counting ends."""
    new = select(Message.id).where(Message.member_id == member_id, Message.read_at.is_(None), is_seen())
    some = new.limit(MOST_COUNTED)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def mark_read(session: Session, member_id: int, ids: Collection[int], *, now: datetime) -> None:
    """Note that a member read these messages, all or none. Raises MessageUnknown where one is not theirs."""
    wanted = set(ids)
    these = Message.id.in_(wanted)
    if session.scalar(select(func.count()).where(Message.member_id == member_id, these, is_seen())) != len(wanted):
        raise MessageUnknown
    _mark(session, member_id, these, now)


def mark_read_up_to(session: Session, member_id: int, message_id: int, *, now: datetime) -> None:
    """Note that a member read a message and all before it; what came after it stays unread. Raises MessageUnknown."""
    if session.scalar(select(Message.id).where(Message.id == message_id, Message.member_id == member_id)) is None:
        raise MessageUnknown
    _mark(session, member_id, (Message.id <= message_id) & is_seen(), now)


def _page(session: Session, member_id: int, before_id: int | None, limit: int) -> Sequence[tuple[Message, bool]]:
    """Messages, and whether each is to be seen."""
    mine = select(Message.id).where(Message.member_id == member_id).order_by(Message.id.desc()).limit(limit)
    # the ids first: asked for whole rows, MariaDB goes through all that are newer than the page
    ids = (mine if before_id is None else mine.where(Message.id < before_id)).subquery()
    rows = select(Message, is_seen()).join(ids, ids.c.id == Message.id).order_by(Message.id.desc())
    return [(message, seen) for message, seen in session.execute(rows)]


def _mark(session: Session, member_id: int, which: ColumnElement[bool], now: datetime) -> None:
    """Whoever read it before has read it then."""
    new = update(Message).where(Message.member_id == member_id, Message.read_at.is_(None), which)
    session.execute(new.values(read_at=now).execution_options(synchronize_session=False))


def _received(row: Message, words: Mapping[str, str]) -> Received:
    return Received(
        id=row.id,
        kind=row.template,
        title=title(row.template),
        lines=lines(row.template, words),
        page=CATALOGUE[row.template].page if row.template in CATALOGUE else None,
        at=row.decided_at,
        read_at=row.read_at,
    )
