"""Takes messages out of the outbox and writes down what became of them: two transactions, the sending in between."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session, aliased

from backend.kit.columns import UtcDateTime
from backend.messaging import settling
from backend.messaging.broadcasts import serving
from backend.messaging.channels import Channel, Letter
from backend.messaging.models import Closure, Message
from backend.messaging.quotas import NO_QUOTAS, DailyQuotas
from backend.messaging.routing import Go, Route, Standing, route
from backend.messaging.rules import LEASE, Queue, Status
from backend.messaging.settling import rows, still_due
from backend.messaging.standing import closures, standings

LOOKED_AT_WHILE_CLOSED: Final = 500  # where most cannot go, many are put off at once

Channels = Mapping[str, Channel]


@dataclass(frozen=True)
class Claimed:
    """The letters that were claimed; how many messages ended because no way is left, and how many were put off."""

    letters: list[Letter] = field(default_factory=list)
    ended: Counter[Status] = field(default_factory=Counter)
    put_off: int = 0


def anything_due(session: Session, channels: Channels, *, now: datetime) -> bool:
    """Whether a claim would find something; a plain read that locks nobody out."""
    if _all_closed(session, channels, now):
        return False
    return any(session.scalar(_due(queue, now).limit(1)) is not None for queue in open_queues(session, now=now))


def claim(
    session: Session, channels: Channels, *, token: str, now: datetime, limit: int, quotas: DailyQuotas = NO_QUOTAS
) -> Claimed:
    """Take up to `limit` due messages, queue by queue the longest due first, of each member and queue only the first.

    Each gets its way: those that can go are letters, the others end here or wait for when they can go. However many
    deliverers claim at once, a message is one's alone until its lease ends: the UPDATE finds only what is still due, on
    every engine; SKIP LOCKED merely keeps deliverers out of each other's way where it is known.
    """
    if _all_closed(session, channels, now):
        return Claimed()
    spent = quotas.spent(session, now=now)
    looked_at = max(limit, LOOKED_AT_WHILE_CLOSED) if spent or closures(session, now=now) else limit
    messages = _first_due(session, now, looked_at)
    standing = standings(session, channels, messages, spent=spent, now=now)
    routes = [(message, route(standing[message.id], now)) for message in messages]
    letters = _sent_off(session, _going(routes)[:limit], standing, token, now)
    quotas.note(letters)
    return Claimed(letters, settling.end(session, routes, now), settling.put_off(session, routes, now))


def open_queues(session: Session, *, now: datetime) -> Iterator[int]:
    """The queues that are served, in their order; which broadcasts run is asked when nothing else is left."""
    yield from Queue
    yield from (broadcast.id for broadcast in serving.served(session, now=now))


def close(session: Session, *, channel: str, until_at: datetime, reason: str) -> None:
    """Let nothing out through a channel before an instant; never shortens a closure."""
    closure = session.scalar(select(Closure).where(Closure.channel == channel).with_for_update())
    if closure is None:
        session.add(Closure(channel=channel, until_at=until_at, reason=reason))
    elif closure.until_at < until_at:
        closure.until_at, closure.reason = until_at, reason


def _all_closed(session: Session, channels: Channels, now: datetime) -> bool:
    return bool(channels) and channels.keys() <= closures(session, now=now).keys()


def _first_due(session: Session, now: datetime, limit: int) -> list[Message]:
    """The queues in their order, broadcasts last; what is not reached is not looked at."""
    found: list[Message] = []
    for queue, most in _queues(session, now):
        free = limit - len(found)
        due = _due(queue, now).limit(free if most is None else min(free, most)).with_for_update(skip_locked=True)
        ids = session.scalars(due).all()
        messages = select(Message).where(Message.id.in_(ids)).order_by(Message.due_at, Message.id)
        found += session.scalars(messages.execution_options(populate_existing=True)) if ids else ()
        if most is not None:
            serving.count_taken(session, queue, len(ids))
        if len(found) >= limit:
            break
    return found


def _queues(session: Session, now: datetime) -> Iterator[tuple[int, int | None]]:
    """Each open queue with how many may be claimed of it (None: any number)."""
    yield from ((queue, None) for queue in Queue)
    yield from serving.held(session, now=now)


def _due(queue: int, now: datetime) -> Select[int]:
    earlier = aliased(Message)
    waits_for_another = (
        select(earlier.id)
        .where(
            earlier.member_id == Message.member_id,
            earlier.status == Status.WAITING,
            earlier.queue == queue,
            earlier.id < Message.id,
        )
        .exists()
    )
    return (
        select(Message.id)
        .where(Message.status == Status.WAITING, Message.queue == queue, Message.due_at <= now, ~waits_for_another)
        .order_by(Message.due_at, Message.id)
    )


def _going(routes: Iterable[tuple[Message, Route]]) -> list[tuple[Message, Go]]:
    """Those that go, of a member's marketing only one at a time: the next one asks anew what was sent this week."""
    going, marketed = [], set()
    for message, way in routes:
        if isinstance(way, Go) and not (message.queue >= Queue.MARKETING and message.member_id in marketed):
            going.append((message, way))
            if message.queue >= Queue.MARKETING:
                marketed.add(message.member_id)
    return going


def _sent_off(
    session: Session,
    going: Iterable[tuple[Message, Go]],
    standing: Mapping[int, Standing],
    token: str,
    now: datetime,
) -> list[Letter]:
    ways = {message.id: way for message, way in going}
    by_channel: defaultdict[str, list[Message]] = defaultdict(list)
    for message, way in going:
        by_channel[way.channel].append(message)
    for channel, messages in by_channel.items():
        _take(session, channel, messages, token, now)
    mine = select(Message).where(Message.id.in_(ways), Message.token == token).order_by(Message.queue, Message.id)
    taken = session.scalars(mine.execution_options(populate_existing=True)) if ways else ()
    return [_letter(message, ways[message.id], standing[message.id].words, now) for message in taken]


def _take(session: Session, channel: str, messages: Sequence[Message], token: str, now: datetime) -> None:
    kept = [message.id for message in messages if message.channel == channel]
    changed = [message.id for message in messages if message.channel != channel]
    lease = {"token": token, "channel": channel, "due_at": now + LEASE}
    unsure_since = func.coalesce(Message.unsure_since, literal(now, UtcDateTime()))
    if kept:
        again = {"attempts": Message.attempts + 1, "unsure_since": unsure_since}
        rows(session, still_due(kept, now).values(**lease, **again))
    if changed:
        rows(session, still_due(changed, now).values(**lease, attempts=1, unsure_since=now))


def _letter(message: Message, way: Go, words: Mapping[str, str], now: datetime) -> Letter:
    return Letter(
        id=message.id,
        member_id=message.member_id,
        template=message.template,
        words=words,
        queue=message.queue,
        channel=way.channel,
        address=way.address,
        token=cast("str", message.token),
        attempts=message.attempts,
        claimed_at=now,
        unsure_since=message.unsure_since if message.unsure_since != now else None,
    )
