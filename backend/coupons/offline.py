"""Redemptions that a till made while it was offline, told later: each counts once, and none is lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.coupons.disputed import RedemptionConflict
from backend.coupons.errors import CouponUnknown
from backend.coupons.models import CODE_LENGTH, Coupon
from backend.coupons.redeeming import Done, RefReused, Shown, made_as, redeem
from backend.coupons.tickets import Order
from backend.coupons.till_codes import CODES
from backend.kit.errors import Conflict, DomainError, Invalid, TooMany, Unavailable
from config import policy

Outcome = Literal["redeemed", "repeated", "conflict", "refused"]


class RedeemedInFuture(Invalid):
    """`redeemed_at` is after now, by more than the clocks of tills may differ."""

    code = "coupons.redeemed-in-future"
    message = "核销时间晚于当前时间"


class RedeemedTooLongAgo(Conflict):
    """`redeemed_at` is longer ago than tills may be offline."""

    code = "coupons.redeemed-too-long-ago"
    message = "核销时间过早，已超过补传期限"


class CodeUsedBefore(Conflict):
    """The phone had shown this very code before, and it was used then."""

    code = "coupons.code-used"
    message = "该券码已被使用过"


@dataclass(frozen=True)
class Synced:
    """What became of one line: redeemed now or before, kept as a conflict for operators, or refused, and why."""

    ref: str
    outcome: Outcome
    done: Done | None = None
    reason: str | None = None
    words: str | None = None


def sync(session: Session, shown: Shown, *, order: Order, key: bytes, now: datetime) -> Synced:
    """Redeem what a till took at `order.at`; what cannot be any more, of a coupon that there is, is kept as a conflict.

    Told again it is answered alike. An unknown code, or a number that stands for another coupon, is refused; nothing is
    kept of it.
    """
    meant = _meant(session, shown.code, key=key, at=order.at)
    if (earlier := session.get(RedemptionConflict, (order.store_id, shown.ref))) is not None:
        return _kept(earlier) if meant in {None, earlier.coupon_id} else _refused(shown, RefReused())
    try:
        with session.begin_nested():  # a refusal undoes the work, not what is kept of it
            if made_as(session, order.store_id, shown.ref) is None:
                _check(order.at, now)
            done = redeem(session, shown, order=order, key=key, now=now)
            done.redemption.offline = done.redemption.offline or done.created
    except (TooMany, Unavailable):
        raise
    except DomainError as why:
        if meant is None or isinstance(why, (RedeemedInFuture, RefReused)):
            return _refused(shown, why)
        why = CodeUsedBefore() if isinstance(why, CouponUnknown) else why
        return _kept(_conflict(session, shown, order, why, coupon_id=meant, now=now))
    return Synced(shown.ref, "redeemed" if done.created else "repeated", done)


def _check(at: datetime, now: datetime) -> None:
    if at > now + policy.TILL_CLOCK_DIFFERENCE:
        raise RedeemedInFuture
    if at < now - policy.COUPON_LATEST_REPORT:
        raise RedeemedTooLongAgo


def _meant(session: Session, code: str, *, key: bytes, at: datetime) -> int | None:
    """The coupon that was shown, also by a code that was used before."""
    number = code if len(code) == CODE_LENGTH else CODES.number_of(code, key, at)
    return session.scalar(select(Coupon.id).where(Coupon.code == number)) if number is not None else None


def _conflict(
    session: Session, shown: Shown, order: Order, why: DomainError, *, coupon_id: int, now: datetime
) -> RedemptionConflict:
    kept = RedemptionConflict(
        store_id=order.store_id,
        ref=shown.ref,
        coupon_id=coupon_id,
        reason=why.code,
        words=why.detail,
        redeemed_at=order.at,
        reported_at=now,
    )
    session.add(kept)
    return kept


def _kept(conflict: RedemptionConflict) -> Synced:
    return Synced(conflict.ref, "conflict", reason=conflict.reason, words=conflict.words)


def _refused(shown: Shown, why: DomainError) -> Synced:
    return Synced(shown.ref, "refused", reason=why.code, words=why.detail)
