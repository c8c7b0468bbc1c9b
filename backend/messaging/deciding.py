"""How a message comes into the outbox: in the transaction of what it tells, once a cause."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.messaging.models import Message
from backend.messaging.rules import Queue, cause_of, queue_of
from backend.messaging.wording import CATALOGUE
from backend.preferences import HOUSE_QUIET


def decide(
    session: Session, member_id: int, template: str, *, words: dict[str, str], cause: tuple[str, ...], now: datetime
) -> None:
    """Let a message with all words of its template wait to be sent, by day only where its template says so."""
    session.add(Message(**columns(member_id, template, words=words, cause=cause, now=now)))


def was_told(session: Session, member_id: int, template: str, *, cause: tuple[str, ...]) -> bool:
    """Whether a member was told that already; the account is locked, so that nobody else is telling it now."""
    told = select(Message.id).where(Message.cause == cause_of(template, member_id, *cause))
    return session.scalar(told) is not None


def untold(session: Session, member_ids: Sequence[int], template: str, *, cause: tuple[str, ...]) -> list[int]:
    """Which of these members were not told that yet, in their order."""
    causes = {cause_of(template, member_id, *cause): member_id for member_id in member_ids}
    told = set(session.scalars(select(Message.cause).where(Message.cause.in_(causes))))
    return [member_id for key, member_id in causes.items() if key not in told]


def columns(
    member_id: int, template: str, *, words: dict[str, str], cause: tuple[str, ...], now: datetime
) -> dict[str, Any]:
    """The row of such a message, for many that are written at once."""
    # a fact that could be announced twice violates the constraint, and its announcer is undone
    key = cause_of(template, member_id, *cause)
    queue = queue_of(CATALOGUE[template].kind, CATALOGUE[template].when)
    return {
        "member_id": member_id,
        "template": template,
        "words": words,
        "cause": key,
        "queue": queue,
        "decided_at": now,
        "due_at": now if queue is Queue.AT_ONCE else HOUSE_QUIET.end(now) or now,
    }
