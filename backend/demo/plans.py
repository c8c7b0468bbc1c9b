"""The paid memberships that the demo store sells."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from backend import plans, rulebooks
from backend.demo.coupons import OPERATOR

SOLD: Final[dict[str, Any]] = {
    "plans": [
        {
            "code": "plus-year",
            "family": "plus",
            "name": "百汇PLUS年卡",
            "intro": "入会即送两小时免费停车，每月再送一张满300减50。",
            "price_fen": 19_900,
            "months": 12,
            "welcome_coupons": ["parking-2h"],
            "monthly_coupons": ["spring-50"],
            "coupon_values": {"parking-2h": 1_000, "spring-50": 1_500},
        },
        {
            "code": "plus-month",
            "family": "plus",
            "name": "百汇PLUS月卡",
            "intro": "先试一个月。",
            "price_fen": 2_500,
            "months": 1,
            "monthly_coupons": ["spring-50"],
            "coupon_values": {"spring-50": 1_500},
        },
    ]
}


def sell_memberships(session: Session, *, now: datetime) -> None:
    """Let the book of plans be the demo's."""
    first = rulebooks.newest_published(session, plans.KIND)
    plans.checked(SOLD)
    drafted = rulebooks.draft(session, plans.KIND, SOLD, based_on=first, by=OPERATOR, note="开业", now=now)
    rulebooks.publish(session, plans.KIND, drafted.version, live_from=now, by=OPERATOR, now=now)
