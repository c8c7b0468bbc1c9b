"""Takes operators' replies out to be sent and writes down what became of them, before and after the call."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Select, func, select, update
from sqlalchemy.orm import Session, aliased

from backend.conversations.log import text_of
from backend.conversations.models import ChatLine, Reply
from backend.conversations.rules import Delivery
from backend.conversations.windows import give_back, shut
from backend.members import Identity

LEASE: Final = timedelta(seconds=60)
"""Longer than a call with all its time-outs: who has not said by then what became of it never will."""

NEVER_ANSWERED: Final = "an attempt was never answered"
TOO_LATE: Final = "the window closed before it was sent"
ON_ITS_WAY: Final = (Delivery.WAITING, Delivery.SENDING)


@dataclass(frozen=True)
class Envelope:
    """A claimed reply with what sending it takes."""

    line_id: int
    identity_id: int
    appid: str
    openid: str = field(repr=False)
    text: str = field(repr=False)
    token: str
    attempts: int
    written_at: datetime
    send_before: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt. Still waiting: to be tried again from `due_at` on.

    `reserved` says what is to become of the message of the window that was reserved for it.
    """

    status: Delivery
    at: datetime
    due_at: datetime
    error: str | None = None
    reserved: str = "spent"


def anything_to_do(session: Session, *, now: datetime) -> bool:
    """Whether a claim would find something; a plain read that locks nobody out."""
    return session.scalar(_due(now).limit(1)) is not None or session.scalar(_lost(now).limit(1)) is not None


def claim(session: Session, *, token: str, now: datetime, limit: int) -> list[Envelope]:
    """Take up to `limit` due replies, of each follower only the first that has not ended.

    The UPDATE is its own guard: a reply is one deliverer's alone. What a deliverer took and never reported may have
    been shown and ends as doubtful, what was not sent in time as failed.
    """
    _end(session, _lost(now), Delivery.DOUBTFUL, NEVER_ANSWERED, now)
    _end(session, _overdue(now), Delivery.FAILED, TOO_LATE, now)
    ids = session.scalars(_due(now).limit(limit).with_for_update(skip_locked=True)).all()
    still_due = update(Reply).where(Reply.line_id.in_(ids), Reply.status == Delivery.WAITING, Reply.due_at <= now)
    taken = still_due.values(status=Delivery.SENDING, token=token, due_at=now + LEASE, attempts=Reply.attempts + 1)
    if not ids or not _rows(session, taken):
        return []
    mine = (
        select(Reply, ChatLine, Identity)
        .join(ChatLine, ChatLine.id == Reply.line_id)
        .join(Identity, Identity.id == Reply.identity_id)
        .where(Reply.line_id.in_(ids), Reply.token == token)
        .order_by(Reply.line_id)
        .execution_options(populate_existing=True)
    )
    return [_envelope(session, *row) for row in session.execute(mine)]


def record(session: Session, envelope: Envelope, outcome: Outcome) -> bool:
    """Write down what became of a reply; False when its lease had ended, or the follower has left meanwhile."""
    ours = update(Reply).where(Reply.line_id == envelope.line_id, Reply.token == envelope.token)
    ended = outcome.status is not Delivery.WAITING
    recorded = ours.values(
        status=outcome.status,
        token=None,
        due_at=outcome.due_at,
        ended_at=outcome.at if ended else None,
        error=outcome.error,
    )
    if not _rows(session, recorded):
        return False
    if outcome.reserved == "unused":
        give_back(session, envelope.identity_id, reserved_at=envelope.written_at)
    elif outcome.reserved == "refused":
        shut(session, envelope.identity_id, reserved_at=envelope.written_at)
    return True


def unsent(session: Session) -> int:
    """How many replies are on their way."""
    return session.scalar(select(func.count()).where(Reply.status.in_(ON_ITS_WAY))) or 0


def _due(now: datetime) -> Select[int]:
    earlier = aliased(Reply)
    waits_for_another = (
        select(earlier.line_id)
        .where(
            earlier.identity_id == Reply.identity_id,
            earlier.status.in_(ON_ITS_WAY),
            earlier.line_id < Reply.line_id,
        )
        .exists()
    )
    due = select(Reply.line_id).where(Reply.status == Delivery.WAITING, Reply.due_at <= now, ~waits_for_another)
    return due.order_by(Reply.due_at, Reply.line_id)


def _lost(now: datetime) -> Select[int]:
    return select(Reply.line_id).where(Reply.status == Delivery.SENDING, Reply.due_at <= now)


def _overdue(now: datetime) -> Select[int]:
    return select(Reply.line_id).where(Reply.status == Delivery.WAITING, Reply.due_at <= now, Reply.send_before <= now)


def _end(session: Session, which: Select[int], status: Delivery, error: str, now: datetime) -> None:
    ids = session.scalars(which.with_for_update(skip_locked=True)).all()
    if ids:
        ended = update(Reply).where(Reply.line_id.in_(ids))
        _rows(session, ended.values(status=status, token=None, ended_at=now, error=error))


def _rows(session: Session, statement: Any) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount


def _envelope(session: Session, reply: Reply, line: ChatLine, identity: Identity) -> Envelope:
    return Envelope(
        line_id=line.id,
        identity_id=identity.id,
        appid=identity.appid,
        openid=identity.openid,
        text=text_of(session, line),
        token=cast("str", reply.token),
        attempts=reply.attempts,
        written_at=reply.written_at,
        send_before=reply.send_before,
    )
