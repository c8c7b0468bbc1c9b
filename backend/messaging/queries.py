from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.messaging.models import Delivery, Message
from backend.messaging.rules import Queue, Status

FOR_THE_OPERATOR = (Status.DEAD, Status.DOUBTFUL)


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up, and why (WeChat's errcode and rid; nothing personal)."""

    id: int
    member_id: int
    template: str
    status: str
    error: str
    attempts: int
    decided_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class Tracked:
    """Where a message is: in which queue it stands, by which channel it goes or went, and how it ended."""

    id: int
    member_id: int
    template: str
    status: str
    queue: int
    channel: str | None
    attempts: int
    error: str | None
    decided_at: datetime
    due_at: datetime
    ended_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True)
class Fared:
    """How a message fared in one channel, and what that cost in fen."""

    channel: str
    status: str
    attempts: int
    cost_fen: int
    error: str | None
    ended_at: datetime


def outbox_depth(session: Session) -> int:
    """How many messages wait, without those of broadcasts, whose progress is told elsewhere."""
    waiting = select(func.count()).where(Message.status == Status.WAITING, Message.queue <= Queue.MARKETING)
    return session.scalar(waiting) or 0


def longest_waiting_since(session: Session) -> datetime | None:
    """When the message was decided that has been due longest, None when none waits; broadcasts take their time."""
    found = [session.execute(_oldest(queue)).one_or_none() for queue in Queue]
    return min((oldest.due_at, oldest.decided_at) for oldest in found if oldest)[1] if any(found) else None


def _oldest(queue: int) -> Select[datetime, datetime]:
    waiting = select(Message.due_at, Message.decided_at).where(Message.status == Status.WAITING, Message.queue == queue)
    return waiting.order_by(Message.due_at, Message.id).limit(1)


def dead_letters(session: Session, *, before_id: int | None = None, limit: int) -> list[DeadLetter]:
    """The newest messages that were given up, or those before one of them."""
    dead = select(Message).where(Message.status.in_(FOR_THE_OPERATOR)).order_by(Message.id.desc()).limit(limit)
    rows = session.scalars(dead if before_id is None else dead.where(Message.id < before_id))
    return [
        DeadLetter(
            id=row.id,
            member_id=row.member_id,
            template=row.template,
            status=row.status,
            error=row.error or "",
            attempts=row.attempts,
            decided_at=row.decided_at,
            ended_at=row.ended_at or row.due_at,
        )
        for row in rows
    ]


def tracked(
    session: Session,
    *,
    member_id: int | None = None,
    status: Status | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[Tracked]:
    """The newest messages, of a member or in a state where that is asked for, or those before one of them."""
    found = select(Message).order_by(Message.id.desc()).limit(limit)
    if member_id is not None:
        found = found.where(Message.member_id == member_id)
    if status is not None:
        found = found.where(Message.status == status)
    if before_id is not None:
        found = found.where(Message.id < before_id)
    return [_tracked(row) for row in session.scalars(found)]


def ways_of(session: Session, message_id: int) -> list[Fared]:
    """How a message fared in the channels that are through with it, the first one first."""
    rows = session.scalars(select(Delivery).where(Delivery.message_id == message_id).order_by(Delivery.ended_at))
    return [Fared(row.channel, row.status, row.attempts, row.cost_fen, row.error, row.ended_at) for row in rows]


def _tracked(row: Message) -> Tracked:
    return Tracked(**{part.name: getattr(row, part.name) for part in fields(Tracked)})
