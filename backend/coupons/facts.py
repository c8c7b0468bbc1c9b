from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class CouponGranted:
    """A member got a coupon, good from the first to the last shop day."""

    member_id: int
    coupon_id: int
    template_code: str
    name: str
    source_kind: str
    first_day: date
    last_day: date
    at: datetime


@dataclass(frozen=True)
class CouponRedeemed:
    """A coupon was used at a store at an instant, and recorded later perhaps; it took `discount_fen` (0: none) off."""

    member_id: int
    redemption_id: int
    coupon_name: str
    discount_fen: int
    store_id: int
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class BirthdayCoupon:
    """A coupon that was given for a birthday."""

    coupon_id: int
    name: str
    last_day: date


@dataclass(frozen=True)
class BirthdayCelebrated:
    """A member's birthday is near; `coupons` are new, soonest over first, `greeting` is what the book says if any."""

    member_id: int
    greeting: str | None
    coupons: tuple[BirthdayCoupon, ...]
    at: datetime
