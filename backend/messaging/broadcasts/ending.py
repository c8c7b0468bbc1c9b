"""What is left to do for a broadcast beside its messages: noting that all are sent, skipping those of a stopped one."""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from backend.messaging.broadcasts import steering
from backend.messaging.broadcasts.models import Broadcast, Listed
from backend.messaging.broadcasts.rules import STOPPED_UNSENT, Stage
from backend.messaging.models import Message
from backend.messaging.rules import Queue, Status
from backend.messaging.settling import rows


def under_way(session: Session, *, now: datetime, limit: int) -> list[int]:
    """The broadcasts for which there is something to do, the longest started first."""
    due = and_(Broadcast.status == Stage.SCHEDULED, Broadcast.starts_at <= now)
    stopped = and_(Broadcast.status == Stage.STOPPED, Broadcast.ended_at.is_(None))
    found = select(Broadcast.id).where(or_(due, Broadcast.status.in_((Stage.PLANNING, Stage.RUNNING)), stopped))
    return list(session.scalars(found.order_by(Broadcast.starts_at, Broadcast.id).limit(limit)))


def finish(session: Session, broadcast_id: int, *, now: datetime) -> bool:
    """Note that nothing of a running broadcast waits any more; False where something does, or it does not run."""
    broadcast = steering.locked(session, broadcast_id)
    if broadcast.status != Stage.RUNNING or _anything_waits(session, broadcast_id):
        return False
    broadcast.status, broadcast.ended_at = Stage.DONE, now
    return True


def skip_rest(session: Session, broadcast_id: int, *, now: datetime, limit: int) -> int | None:
    """Skip up to `limit` waiting messages of a stopped broadcast; returns how many, None when there is nothing to do.

    What a deliverer holds is left to it: it is on its way to a phone, or is skipped when the lease is over.
    """
    broadcast = steering.locked(session, broadcast_id)
    if broadcast.status != Stage.STOPPED or broadcast.ended_at is not None:
        return None
    waiting = select(Message.id).where(Message.status == Status.WAITING, Message.queue == broadcast_id)
    free = waiting.where(or_(Message.token.is_(None), Message.due_at <= now)).order_by(Message.due_at, Message.id)
    ids = session.scalars(free.limit(limit).with_for_update(skip_locked=True)).all()
    if not ids and not _anything_waits(session, broadcast_id):
        broadcast.ended_at = now
    if not ids:
        return None
    skipped = update(Message).where(Message.id.in_(ids), Message.status == Status.WAITING)
    return rows(session, skipped.values(status=Status.SKIPPED, error=STOPPED_UNSENT, ended_at=now, token=None))


def reopen(session: Session, *, limit: int) -> int:
    """Let up to `limit` ended broadcasts go on of which a message waits again, because an operator or a late report
    brought it back; returns how many. What was stopped or withdrawn goes on to skip it.
    """
    again = select(Message.queue).where(Message.status == Status.WAITING, Message.queue > Queue.MARKETING).distinct()
    ended = select(Broadcast.id).where(Broadcast.ended_at.is_not(None), Broadcast.id.in_(again))
    found = session.scalars(ended.order_by(Broadcast.id).limit(limit)).all()
    for broadcast_id in found:
        broadcast = steering.locked(session, broadcast_id)
        broadcast.ended_at = None
        if broadcast.status == Stage.DONE:
            broadcast.status = Stage.RUNNING if broadcast.withdrawn_at is None else Stage.STOPPED
    return len(found)


def forget_lists(session: Session, *, limit: int) -> int:
    """Delete up to `limit` lines of the lists of broadcasts that have ended; returns how many."""
    ended = select(Broadcast.id).where(Broadcast.ended_at.is_not(None))
    lines = select(Listed.broadcast_id, Listed.member_id).where(Listed.broadcast_id.in_(ended)).limit(limit)
    found = session.execute(lines).all()
    if found:
        session.execute(delete(Listed).where(tuple_(Listed.broadcast_id, Listed.member_id).in_(found)))
    return len(found)


def _anything_waits(session: Session, broadcast_id: int) -> bool:
    waiting = select(Message.id).where(Message.status == Status.WAITING, Message.queue == broadcast_id)
    return session.scalar(waiting.limit(1)) is not None
