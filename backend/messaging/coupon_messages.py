"""What members are told of their coupons: that one came in or was used, and that some are over soon."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import coupons, stores
from backend.kit.calendar import shop_day
from backend.kit.money import yuan
from backend.messaging.models import Message
from backend.messaging.rules import cause_of
from backend.messaging.wording import day_words, instant
from config import policy

REDEEMED: Final = "coupon_redeemed"
RECEIVED: Final = "coupon_received"
NO_AMOUNT: Final = "已核销"
EXPIRING: Final = "coupon_expiring"
DAYS_AHEAD: Final = (1, 3)


def tell_coupon_received(session: Session, granted: coupons.CouponGranted) -> None:
    """Decide to tell the member of a coupon, unless its source is one of `policy.MESSAGE_COUPONS_UNTOLD`."""
    if granted.source_kind in policy.MESSAGE_COUPONS_UNTOLD:
        return
    words = {
        "name": granted.name,
        "first_day": day_words(granted.first_day),
        "last_day": day_words(granted.last_day),
    }
    cause = cause_of(RECEIVED, granted.member_id, str(granted.coupon_id))
    session.add(_message(RECEIVED, granted.member_id, words, cause, granted.at))


def tell_coupon_redeemed(session: Session, redeemed: coupons.CouponRedeemed) -> None:
    """Decide to tell the member of a coupon that was used, where, and what it took off."""
    words = {
        "name": redeemed.coupon_name,
        "discount": yuan(redeemed.discount_fen) if redeemed.discount_fen else NO_AMOUNT,
        "store": stores.get_store(session, redeemed.store_id).name,
        "at": instant(redeemed.at),
    }
    cause = cause_of(REDEEMED, redeemed.member_id, str(redeemed.redemption_id))
    session.add(_message(REDEEMED, redeemed.member_id, words, cause, redeemed.recorded_at))


def remind_of_coupons(session: Session, *, now: datetime, after_member_id: int, limit: int) -> int | None:
    """Decide to remind up to `limit` members whose coupons have 3 or 1 days left; one message each, once a day.

    Returns the member to go on after, None when there are no more: to be run in a transaction of its own until then.
    """
    today = shop_day(now)
    due = _due(session, today, after_member_id, limit)
    causes = {cause_of(EXPIRING, member_id, today.isoformat()): member_id for member_id in due}
    told = set(session.scalars(select(Message.cause).where(Message.cause.in_(causes))))
    new = {member_id: cause for cause, member_id in causes.items() if cause not in told}
    longest = today + timedelta(days=max(DAYS_AHEAD))
    for member_id, parts in coupons.expiring_within(session, list(new), now=now, until=longest).items():
        session.add(_message(EXPIRING, member_id, _words(parts), new[member_id], now))
    return due[-1] if len(due) == limit else None


def _due(session: Session, today: date, after_member_id: int, limit: int) -> list[int]:
    """The next members with coupons that have one of the times left, in their order."""
    found = {
        member_id
        for days in DAYS_AHEAD
        for member_id in coupons.expiring_on(
            session, today + timedelta(days=days), after_member_id=after_member_id, limit=limit
        )
    }
    return sorted(found)[:limit]


def _words(parts: tuple[coupons.Expiring, ...]) -> dict[str, str]:
    """The soonest day with what is over after it, and all that is over within the longest notice."""
    soonest = parts[0]
    return {
        "name": soonest.name if soonest.count == 1 else f"{soonest.name}等",
        "count": str(soonest.count),
        "last_day": day_words(soonest.last_day),
        "total": str(sum(part.count for part in parts)),
    }


def _message(template: str, member_id: int, words: dict[str, str], cause: bytes, now: datetime) -> Message:
    return Message(member_id=member_id, template=template, words=words, cause=cause, decided_at=now, due_at=now)
