"""What there is to see of broadcasts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from backend.messaging.broadcasts.errors import BroadcastUnknown
from backend.messaging.broadcasts.models import Broadcast, Step
from backend.messaging.models import Delivery, Message
from backend.messaging.rules import ARRIVED, Status


@dataclass(frozen=True)
class Progress:
    """How many messages of a broadcast stand where. Those that wait for a later time, as for tomorrow's quota, are
    `parked` and no part of `waiting`; `sent` is by channel; `read` is how many were read in the inbox.
    """

    planned: int
    waiting: int
    parked: int
    sent: dict[str, int]
    unreachable: int
    skipped: int
    doubtful: int
    dead: int
    read: int


@dataclass(frozen=True)
class Reached:
    """What one channel took of a broadcast, how much of that it said was shown, and what it charged, in fen."""

    channel: str
    taken: int
    shown: int
    cost_fen: int


def broadcast(session: Session, broadcast_id: int) -> Broadcast:
    """A broadcast. Raises BroadcastUnknown."""
    found = session.get(Broadcast, broadcast_id)
    if found is None:
        raise BroadcastUnknown
    return found


def page(session: Session, *, status: str | None = None, before_id: int | None = None, limit: int) -> list[Broadcast]:
    """Broadcasts, newest first, of one status or of all, from before an id on."""
    rows = select(Broadcast).order_by(Broadcast.id.desc()).limit(limit)
    if status is not None:
        rows = rows.where(Broadcast.status == status)
    if before_id is not None:
        rows = rows.where(Broadcast.id < before_id)
    return list(session.scalars(rows))


def steps(session: Session, broadcast_id: int, *, limit: int) -> list[Step]:
    """Who did what with a broadcast, newest first."""
    mine = select(Step).where(Step.broadcast_id == broadcast_id)
    return list(session.scalars(mine.order_by(Step.no.desc()).limit(limit)))


def progress(session: Session, broadcast_id: int, *, now: datetime) -> Progress:
    """How far a broadcast is, counted anew from its messages: seconds for a million."""
    parked = and_(Message.status == Status.WAITING, Message.due_at > now, Message.token.is_(None))
    asked = select(
        Message.status,
        Message.channel,
        func.count(),
        func.count(Message.read_at),
        func.sum(case((parked, 1), else_=0)),
    )
    mine = asked.where(Message.queue == broadcast_id, Message.status.in_(list(Status)))
    rows = session.execute(mine.group_by(Message.status, Message.channel)).all()
    by_status = {str(status): sum(row[2] for row in rows if row[0] == status) for status in Status}
    later = sum(int(row[4]) for row in rows)
    return Progress(
        planned=sum(by_status.values()),
        waiting=by_status[Status.WAITING] - later,
        parked=later,
        sent={row[1] or "": row[2] for row in rows if row[0] == Status.SENT},
        unreachable=by_status[Status.UNREACHABLE],
        skipped=by_status[Status.SKIPPED],
        doubtful=by_status[Status.DOUBTFUL],
        dead=by_status[Status.DEAD],
        read=sum(row[3] for row in rows),
    )


def reached(session: Session, broadcast_id: int) -> list[Reached]:
    """What each channel did for a broadcast, by the name of the channel: seconds for a million."""
    took = Delivery.status.in_(ARRIVED)
    shown = Delivery.status == ARRIVED[-1]
    asked = select(
        Delivery.channel,
        func.sum(case((took, 1), else_=0)),
        func.sum(case((shown, 1), else_=0)),
        func.sum(Delivery.cost_fen),
    ).join(Message, Message.id == Delivery.message_id)
    mine = asked.where(Message.queue == broadcast_id, Message.status.in_(list(Status)))
    rows = session.execute(mine.group_by(Delivery.channel).order_by(Delivery.channel))
    return [Reached(channel, int(taken), int(seen), int(cost)) for channel, taken, seen, cost in rows]
