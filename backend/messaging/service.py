from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.errors import Conflict, NotFound
from backend.mall import ExchangeConfirmed
from backend.messaging.models import Message
from backend.messaging.rules import Status
from backend.messaging.wording import instant, last_day, reason
from backend.points import PointsEarned
from backend.tiers import TierReached
from config import policy


class MessageUnknown(NotFound):
    """There is no message of that id."""

    code = "messages.unknown"
    message = "消息不存在"


class NotEnded(Conflict):
    """Only a message that ended without being sent can be sent again."""

    code = "messages.not-ended"
    message = "消息仍在发送或已送达，无需重发"


def tell_points_earned(session: Session, earned: PointsEarned) -> None:
    """Decide to tell the member of points, unless their source is one of `policy.MESSAGE_POINTS_UNTOLD`."""
    if earned.source_kind in policy.MESSAGE_POINTS_UNTOLD:
        return
    words = {
        "points": str(earned.amount),
        "reason": reason(earned.source_kind),
        "balance": str(earned.balance),
        "at": instant(earned.at),
    }
    cause = (earned.source_kind, earned.source_id)
    _tell(session, earned.member_id, "points_earned", words=words, cause=cause, now=earned.at)


def tell_tier_reached(session: Session, reached: TierReached) -> None:
    """Decide to tell the member of a new tier."""
    words = {"tier": reached.tier_name, "at": instant(reached.at)}
    cause = (str(reached.growth_seq),)
    _tell(session, reached.member_id, "tier_reached", words=words, cause=cause, now=reached.at)


def tell_exchange_confirmed(session: Session, confirmed: ExchangeConfirmed) -> None:
    """Decide to tell the member how to pick up what they exchanged."""
    words = {
        "item": confirmed.item_title,
        "points": str(confirmed.points),
        "pickup_code": confirmed.pickup_code,
        "store": confirmed.store_name,
        "last_day": last_day(confirmed.pick_up_by),
    }
    cause = (confirmed.order_no,)
    _tell(session, confirmed.member_id, "exchange_confirmed", words=words, cause=cause, now=confirmed.at)


def requeue(session: Session, message_id: int, *, now: datetime) -> None:
    """Let a message that ended unsent wait again, with all its tries. Raises MessageUnknown, NotEnded.

    A doubtful one may then be shown a second time: the operator knows, and decides.
    """
    message = session.scalar(select(Message).where(Message.id == message_id).with_for_update())
    if message is None:
        raise MessageUnknown
    if message.status in {Status.WAITING, Status.SENT}:
        raise NotEnded
    message.status, message.due_at, message.attempts = Status.WAITING, now, 0
    message.ended_at = message.unsure_since = message.error = None


def _tell(
    session: Session, member_id: int, template: str, *, words: dict[str, str], cause: tuple[str, ...], now: datetime
) -> None:
    # a cause is told once: a fact that could be announced twice violates the constraint, and its announcer is undone
    key = sha256("\n".join((template, str(member_id), *cause)).encode()).digest()
    session.add(Message(member_id=member_id, template=template, words=words, cause=key, decided_at=now, due_at=now))
