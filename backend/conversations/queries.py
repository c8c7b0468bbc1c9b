"""What the desk looks at: who waits, who is with whom, and what may still be sent to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from backend import members
from backend.conversations.models import Conversation
from backend.conversations.rules import ServiceWindow, Stage
from backend.conversations.windows import service_windows


@dataclass(frozen=True)
class Matter:
    """A conversation as the desk sees it. `card_no` leads to the member, None for who is none.

    `needs_answer` is whether the follower has had the last word.
    """

    conversation: Conversation
    card_no: str | None
    window: ServiceWindow

    @property
    def needs_answer(self) -> bool:
        desk_at = self.conversation.desk_at
        return self.conversation.status != Stage.CLOSED and (desk_at is None or desk_at < self.conversation.follower_at)


def queue(
    session: Session,
    *,
    stage: Stage = Stage.WAITING,
    after: tuple[datetime, int] | None = None,
    now: datetime,
    limit: int,
) -> list[Matter]:
    """Conversations of one stage, those that wait or waited longest first, from behind a place (waiting_since, id)."""
    found = select(Conversation).where(Conversation.status == stage)
    if after is not None:
        found = found.where(_behind(*after))
    rows = session.scalars(found.order_by(Conversation.waiting_since, Conversation.id).limit(limit)).all()
    return _matters(session, rows, now)


def matter(session: Session, conversation: Conversation, *, now: datetime) -> Matter:
    """A conversation as the desk sees it."""
    return _matters(session, [conversation], now)[0]


def ahead_of(session: Session, conversation: Conversation) -> int:
    """How many wait that came before."""
    earlier = or_(
        Conversation.waiting_since < conversation.waiting_since,
        and_(Conversation.waiting_since == conversation.waiting_since, Conversation.id < conversation.id),
    )
    return session.scalar(select(func.count()).where(Conversation.status == Stage.WAITING, earlier)) or 0


def waiting(session: Session) -> int:
    """How many conversations wait for people."""
    return session.scalar(select(func.count()).where(Conversation.status == Stage.WAITING)) or 0


def _behind(waiting_since: datetime, conversation_id: int) -> ColumnElement[bool]:
    same = and_(Conversation.waiting_since == waiting_since, Conversation.id > conversation_id)
    return or_(Conversation.waiting_since > waiting_since, same)


def _matters(session: Session, rows: Sequence[Conversation], now: datetime) -> list[Matter]:
    identity_ids = [row.identity_id for row in rows]
    windows = service_windows(session, identity_ids, now=now)
    cards: Mapping[int, str] = members.cards_of_identities(session, identity_ids)
    return [Matter(row, cards.get(row.identity_id), windows.get(row.identity_id, ServiceWindow())) for row in rows]
