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
