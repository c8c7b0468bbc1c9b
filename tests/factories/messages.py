from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from backend.messaging.models import Message
from backend.messaging.rules import cause_of
from tests.support.clocks import MORNING

_causes = count()


def make_message(
    session: Session,
    member_id: int,
    *,
    template: str = "tier_lost",
    words: dict[str, str] | None = None,
    at: datetime = MORNING,
    **parts: Any,
) -> Message:
    """A message that waits to be sent, unless its parts say otherwise."""
    message = Message(
        member_id=member_id,
        template=template,
        words=words or {"tier": "银卡", "at": "2026年3月1日 09:00"},
        cause=cause_of(template, member_id, str(next(_causes))),
        decided_at=at,
        due_at=at,
        **parts,
    )
    session.add(message)
    session.flush()
    return message
