"""What the outbox and the inbox ask of broadcasts: which are served, with which words, and what is not to be seen."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from backend.messaging.broadcasts.models import Broadcast
from backend.messaging.broadcasts.rules import UNSEEN, Stage
from backend.messaging.models import Message
from backend.messaging.rules import Queue, Status
from backend.messaging.wording import CATALOGUE
from backend.preferences import HOUSE_QUIET
from templates_msg.catalogue import AT_ONCE

MINUTE: Final = timedelta(minutes=1)


def served(session: Session, *, now: datetime) -> list[Broadcast]:
    """The broadcasts that run, the first planned first; at night none that can wait for the morning."""
    running = select(Broadcast).where(Broadcast.status == Stage.RUNNING)
    found = session.scalars(running.order_by(Broadcast.planned_at, Broadcast.id))
    if HOUSE_QUIET.end(now) is None:
        return list(found)
    return [one for one in found if one.template in CATALOGUE and CATALOGUE[one.template].when == AT_ONCE]


def held(session: Session, *, now: datetime) -> Iterator[tuple[int, int | None]]:
    """The broadcasts that run, each held until the transaction ends, and how many messages of it may be claimed now
    (None: any number). Who pauses it waits for that end, and who claims afterwards does not find it here.
    """
    for found in served(session, now=now):
        # a shared lock lets deliverers claim beside one another; what has a pace is counted, one after the other
        mine = select(Broadcast).where(Broadcast.id == found.id, Broadcast.status == Stage.RUNNING)
        locked = mine.with_for_update(read=found.per_minute is None).execution_options(populate_existing=True)
        broadcast = session.scalar(locked)
        if broadcast is not None:
            yield broadcast.id, _left_of_minute(broadcast, now)


def count_taken(session: Session, broadcast_id: int, count: int) -> None:
    """Count messages of a broadcast that is held against its pace."""
    broadcast = session.get(Broadcast, broadcast_id)
    if broadcast is not None and broadcast.per_minute is not None:
        broadcast.minute_taken += count


def words_of(session: Session, messages: Collection[Message]) -> dict[int, Mapping[str, str]]:
    """All words of each message by its id: its own, and those that it shares with the rest of its broadcast."""
    queues = {message.queue for message in messages if message.queue > Queue.MARKETING}
    asked = select(Broadcast.id, Broadcast.words).where(Broadcast.id.in_(queues))
    shared = {row.id: row.words for row in session.execute(asked)} if queues else {}
    return {message.id: {**shared.get(message.queue, {}), **message.words} for message in messages}


def is_seen() -> ColumnElement[bool]:
    """The condition that a message is in the inbox: of a broadcast, when its turn has come and it is not withdrawn."""
    withdrawn = select(Broadcast.id).where(Broadcast.withdrawn_at.is_not(None))
    had_its_turn = and_(Message.status != Status.WAITING, or_(Message.error.is_(None), Message.error.not_in(UNSEEN)))
    return or_(Message.queue <= Queue.MARKETING, and_(had_its_turn, Message.queue.not_in(withdrawn)))


def _left_of_minute(broadcast: Broadcast, now: datetime) -> int | None:
    if broadcast.per_minute is None:
        return None
    if broadcast.minute_at is None or now - broadcast.minute_at >= MINUTE:
        broadcast.minute_at, broadcast.minute_taken = now, 0
    return broadcast.per_minute - broadcast.minute_taken
