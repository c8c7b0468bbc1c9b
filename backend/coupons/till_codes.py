"""The rotating code that a phone shows for one coupon: 26 digits for the 16 of its own (see `kit.rotating`).

The coupon's own digits are known to its member and to tills that were told them; the rotating ones are what is scanned.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.coupons.errors import CouponCodeInvalid
from backend.coupons.models import CODE_LENGTH, Coupon
from backend.coupons.ways import UsedCode
from backend.kit.rotating import RotatingCodes, Shown
from config import policy

CODES: Final = RotatingCodes("coupon-code", CODE_LENGTH, policy.CARD_CODE_GOOD_FOR, policy.CARD_CODE_CLOCK_DIFFERENCE)
TAKEN_FOR: Final = policy.COUPON_LATEST_REPORT + policy.TILL_CLOCK_DIFFERENCE + CODES.oldest


def till_code(coupon: Coupon, key: bytes, now: datetime) -> Shown:
    """The code of a coupon for the second of `now`."""
    return CODES.show(coupon.code, key, now)


def coupon_of_code(session: Session, code: str, key: bytes, now: datetime) -> Coupon:
    """The coupon that a phone shows this code for, whatever became of it. Only looks; `use_code` uses a code up.

    Raises CouponCodeInvalid, which says no more than that, for unknown, old, forged and used codes.
    """
    number = CODES.number_of(code, key, now)
    coupon = session.scalar(select(Coupon).where(Coupon.code == number)) if number is not None else None
    if coupon is None or session.get(UsedCode, code) is not None:
        raise CouponCodeInvalid
    return coupon


def use_code(session: Session, code: str, *, now: datetime) -> None:
    """Let a code that `coupon_of_code` knew work no more. Of two tills with one code the second violates a constraint,
    and its call is run again.
    """
    session.add(UsedCode(code=code, used_at=now))
    session.flush()  # the second must fail here, before it does anything else


def forget_used_codes(session: Session, *, now: datetime, limit: int) -> int:
    """Delete up to `limit` used codes that no till can bring any more, offline ones too; returns how many."""
    old = select(UsedCode.code).where(UsedCode.used_at < now - TAKEN_FOR).order_by(UsedCode.used_at).limit(limit)
    codes = session.scalars(old).all()
    session.execute(delete(UsedCode).where(UsedCode.code.in_(codes)))
    return len(codes)
