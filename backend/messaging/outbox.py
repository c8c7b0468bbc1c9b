"""Takes messages out of the outbox and writes down what became of them: two transactions, the sending in between."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, func, literal, select, update
from sqlalchemy.orm import Session, aliased

from backend import members
from backend.kit.columns import UtcDateTime
from backend.messaging.models import Closure, Message
from backend.messaging.rules import LEASE, Status

OFFICIAL_ACCOUNT = "official-account"


@dataclass(frozen=True)
class Letter:
    """A claimed message with what sending it takes; `openid` is None when the member follows nothing of ours.

    `unsure_since` is what an earlier attempt left behind: from then on the message may have been shown.
    """

    id: int
    member_id: int
    template: str
    words: dict[str, str]
    openid: str | None
    token: str
    attempts: int
    claimed_at: datetime
    unsure_since: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt. Still waiting: to be tried again from `due_at` on."""

    status: Status
    at: datetime
    due_at: datetime
    attempts: int
    unsure_since: datetime | None = None
    msgid: str | None = None
    error: str | None = None


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether a claim would find something; a plain read that locks nobody out."""
    return _open(session, now) and session.scalar(_due(now).limit(1)) is not None


def claim(session: Session, *, token: str, now: datetime, limit: int) -> list[Letter]:
    """Take up to `limit` due messages, the longest due first, of each member only the first that has not ended.

    However many deliverers claim at once, a message is one's alone until its lease ends: the UPDATE finds only what is
    still due, on every engine; SKIP LOCKED merely keeps deliverers out of each other's way where it is known.
    """
    if not _open(session, now):
        return []
    ids = session.scalars(_due(now).limit(limit).with_for_update(skip_locked=True)).all()
    still_due = update(Message).where(Message.id.in_(ids), Message.status == Status.WAITING, Message.due_at <= now)
    taken = still_due.values(
        token=token,
        due_at=now + LEASE,
        attempts=Message.attempts + 1,
        unsure_since=func.coalesce(Message.unsure_since, literal(now, UtcDateTime())),
    )
    if not ids or not _rows(session, taken):
        return []
    mine = select(Message).where(Message.id.in_(ids), Message.token == token).order_by(Message.id)
    return [_letter(session, message, now) for message in session.scalars(mine)]


def record(session: Session, letter: Letter, outcome: Outcome) -> bool:
    """Write down what became of a letter; False when its lease had ended and another deliverer has it now."""
    ours = update(Message).where(
        Message.id == letter.id, Message.token == letter.token, Message.status == Status.WAITING
    )
    ended = outcome.status is not Status.WAITING
    recorded = ours.values(
        status=outcome.status,
        token=None,
        due_at=outcome.due_at,
        attempts=outcome.attempts,
        unsure_since=outcome.unsure_since,
        ended_at=outcome.at if ended else None,
        msgid=outcome.msgid,
        error=outcome.error,
    )
    if not _rows(session, recorded):
        return False
    if not ended:
        _put_off_later_ones(session, letter, outcome.due_at)
    return True


def close(session: Session, *, until_at: datetime, reason: str) -> None:
    """Let nothing out through the official account before an instant; never shortens a closure."""
    closure = session.scalar(select(Closure).where(Closure.channel == OFFICIAL_ACCOUNT).with_for_update())
    if closure is None:
        session.add(Closure(channel=OFFICIAL_ACCOUNT, until_at=until_at, reason=reason))
    elif closure.until_at < until_at:
        closure.until_at, closure.reason = until_at, reason


def _open(session: Session, now: datetime) -> bool:
    closed = select(Closure.channel).where(Closure.channel == OFFICIAL_ACCOUNT, Closure.until_at > now)
    return session.scalar(closed) is None


def _due(now: datetime) -> Select[int]:
    earlier = aliased(Message)
    waits_for_another = (
        select(earlier.id)
        .where(earlier.member_id == Message.member_id, earlier.status == Status.WAITING, earlier.id < Message.id)
        .exists()
    )
    return (
        select(Message.id)
        .where(Message.status == Status.WAITING, Message.due_at <= now, ~waits_for_another)
        .order_by(Message.due_at, Message.id)
    )


def _put_off_later_ones(session: Session, letter: Letter, due_at: datetime) -> None:
    """They could not be claimed anyway; without this every claim would look at each of them while WeChat is away."""
    later = update(Message).where(
        Message.member_id == letter.member_id,
        Message.status == Status.WAITING,
        Message.id > letter.id,
        Message.due_at < due_at,
    )
    _rows(session, later.values(due_at=due_at))


def _rows(session: Session, statement: Any) -> int:
    unsynchronised = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", session.execute(unsynchronised)).rowcount


def _letter(session: Session, message: Message, now: datetime) -> Letter:
    identity = members.official_account_identity(session, message.member_id)
    return Letter(
        id=message.id,
        member_id=message.member_id,
        template=message.template,
        words=message.words,
        openid=identity.openid if identity else None,
        token=cast("str", message.token),
        attempts=message.attempts,
        claimed_at=now,
        unsure_since=message.unsure_since if message.unsure_since != now else None,
    )
