"""What members are told of their coupons: that one came in or was used, and that some are over soon."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from backend import coupons, stores
from backend.kit.calendar import shop_day
from backend.kit.money import yuan
from backend.messaging.deciding import decide, untold
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
    cause = (str(granted.coupon_id),)
    decide(session, granted.member_id, RECEIVED, words=words, cause=cause, now=granted.at)


def tell_coupon_redeemed(session: Session, redeemed: coupons.CouponRedeemed) -> None:
    """Decide to tell the member of a coupon that was used, where, and what it took off."""
    words = {
        "name": redeemed.coupon_name,
        "discount": yuan(redeemed.discount_fen) if redeemed.discount_fen else NO_AMOUNT,
        "store": stores.get_store(session, redeemed.store_id).name,
        "at": instant(redeemed.at),
    }
    cause = (str(redeemed.redemption_id),)
    decide(session, redeemed.member_id, REDEEMED, words=words, cause=cause, now=redeemed.recorded_at)


def remind_of_coupons(session: Session, due: Sequence[int], *, now: datetime) -> None:
    """Decide to remind some members, where their coupons have 3 or 1 days left; one message each, once a day."""
    today = shop_day(now)
    cause = (today.isoformat(),)
    new = untold(session, due, EXPIRING, cause=cause)
    longest = today + timedelta(days=max(DAYS_AHEAD))
    for member_id, parts in coupons.expiring_within(session, new, now=now, until=longest).items():
        decide(session, member_id, EXPIRING, words=_words(parts), cause=cause, now=now)


def with_coupons_expiring(session: Session, *, now: datetime, after_member_id: int, limit: int) -> list[int]:
    """The next members with coupons that have one of the times left, in their order."""
    today = shop_day(now)
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
