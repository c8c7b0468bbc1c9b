"""How a message comes into the outbox: in the transaction of what it tells, once a cause."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.messaging.models import Message
from backend.messaging.rules import cause_of


def decide(
    session: Session, member_id: int, template: str, *, words: dict[str, str], cause: tuple[str, ...], now: datetime
) -> None:
    """Let a message with all words of its template wait to be sent."""
    session.add(Message(**columns(member_id, template, words=words, cause=cause, now=now)))


def was_told(session: Session, member_id: int, template: str, *, cause: tuple[str, ...]) -> bool:
    """Whether a member was told that already; the account is locked, so that nobody else is telling it now."""
    told = select(Message.id).where(Message.cause == cause_of(template, member_id, *cause))
    return session.scalar(told) is not None


def columns(
    member_id: int, template: str, *, words: dict[str, str], cause: tuple[str, ...], now: datetime
) -> dict[str, Any]:
    """The row of such a message, for many that are written at once."""
    # a fact that could be announced twice violates the constraint, and its announcer is undone
    key = cause_of(template, member_id, *cause)
    return {
        "member_id": member_id,
        "template": template,
        "words": words,
        "cause": key,
        "decided_at": now,
        "due_at": now,
    }
