from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.messaging.models import Message
from backend.messaging.outbox import open_queues
from backend.messaging.rules import Status

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


def outbox_depth(session: Session) -> int:
    """How many messages wait."""
    return session.scalar(select(func.count()).where(Message.status == Status.WAITING)) or 0


def longest_waiting_since(session: Session) -> datetime | None:
    """When the message was decided that has been due longest in an open queue, None when none waits there."""
    found = [session.execute(_oldest(queue)).one_or_none() for queue in open_queues(session)]
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
