"""Ends or puts off messages that cannot go now, many in one statement."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Update, update
from sqlalchemy.orm import Session

from backend.messaging.channels import Letter
from backend.messaging.models import Message
from backend.messaging.routing import End, Rest, Route
from backend.messaging.rules import Queue, Status


def end(session: Session, routes: Iterable[tuple[Message, Route]], now: datetime) -> Counter[Status]:
    """End what has no way, each kind of end in one statement."""
    ends: defaultdict[End, list[Message]] = defaultdict(list)
    for message, way in routes:
        if isinstance(way, End):
            ends[way].append(message)
    counts: Counter[Status] = Counter()
    for end, messages in ends.items():
        ended = {"status": end.status, "error": end.reason, "ended_at": now, "token": None}
        ids = [message.id for message in messages]
        counts[end.status] += rows(session, still_due(ids, now).values(**ended))
    return counts


def put_off(session: Session, routes: Iterable[tuple[Message, Route]], now: datetime) -> int:
    """Put off what can go later only, all of one instant in one statement."""
    rests: defaultdict[datetime, list[Message]] = defaultdict(list)
    for message, way in routes:
        if isinstance(way, Rest):
            rests[way.until_at].append(message)
    count = 0
    for until_at, messages in rests.items():
        ids = [message.id for message in messages]
        count += rows(session, still_due(ids, now).values(due_at=until_at, token=None))
        for message in messages:
            if message.queue <= Queue.MARKETING:  # of a broadcast a member has one message
                put_off_later_ones(session, message, until_at)
    return count


def put_off_later_ones(session: Session, message: Message | Letter, due_at: datetime) -> None:
    """They could not be claimed anyway; without this every claim would look at each of them while WeChat is away."""
    later = update(Message).where(
        Message.member_id == message.member_id,
        Message.status == Status.WAITING,
        Message.queue == message.queue,
        Message.id > message.id,
        Message.due_at < due_at,
    )
    rows(session, later.values(due_at=due_at))


def still_due(ids: Sequence[int], now: datetime) -> Update:
    """What changes these messages where they still wait and are due: the guard of every claim, on every engine."""
    return update(Message).where(Message.id.in_(ids), Message.status == Status.WAITING, Message.due_at <= now)


def rows(session: Session, statement: Any) -> int:
    """How many rows a statement found, which decides by itself."""
    unsynchronised = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", session.execute(unsynchronised)).rowcount
