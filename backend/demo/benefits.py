"""Benefits of the demo store: free parking, a personal shopper, priority returns, a birthday gift, an adviser."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from backend import benefits, bookings, rulebooks, stores
from backend.bookings import Course, Plan
from backend.demo.coupons import OPERATOR

SHOPPER: Final = "personal-shopper"
SHOPPER_STORE: Final = "HQ"
SHOPPERS: Final = ("HQ-11", "HQ-12")
WORK_PHONE: Final = "13900000000"  # made up
ABOVE: Final = ("silver", "gold", "diamond")
WEEK: Final = [(weekday, 10 * 60, 20 * 60) for weekday in range(7)]


def _monthly(**amounts: int) -> dict[str, dict[str, Any]]:
    return {tier: {"amount": amount, "per": "month"} for tier, amount in amounts.items()}


BOOK: Final[dict[str, Any]] = {
    "benefits": [
        {
            "code": "parking",
            "kind": "parking",
            "name": "免费停车",
            "description": "按会员等级每日赠送，当日消费另有赠送，积分可抵扣。",
            "quotas": {
                "basic": {"amount": 60, "per": "day"},
                "silver": {"amount": 120, "per": "day"},
                "gold": {"amount": 240, "per": "day"},
                "diamond": {"per": "day"},
            },
            "parking": {
                "purchases": [{"from_fen": 30_000, "minutes": 120}, {"from_fen": 100_000, "minutes": 300}],
                "points": {"points": 100, "minutes": 60, "most_points": 500},
            },
        },
        {
            "code": SHOPPER,
            "kind": "booking",
            "name": "私人导购",
            "description": "导购一对一陪同选购，请提前预约。",
            "quotas": _monthly(silver=1, gold=3, diamond=6),
        },
        {
            "code": "priority-returns",
            "kind": "priority_returns",
            "name": "优先退换",
            "description": "退换货优先办理。",
            "quotas": {tier: {"per": "month"} for tier in ABOVE},
        },
        {
            "code": "birthday-gift",
            "kind": "birthday_gift",
            "name": "生日礼",
            "description": "生日前后一周到店领取。",
            "quotas": {tier: {"amount": 1, "per": "year"} for tier in ABOVE},
            "birthday": {"days_before": 7, "days_after": 7},
        },
        {
            "code": "alteration",
            "kind": "alteration",
            "name": "改衣服务",
            "quotas": _monthly(silver=1, gold=2, diamond=4),
        },
        {
            "code": "adviser",
            "kind": "adviser",
            "name": "专属顾问",
            "quotas": {tier: {"amount": 1, "per": "year"} for tier in ABOVE[1:]},
        },
    ]
}


def offer_benefits(session: Session, store_ids: Mapping[str, int], *, now: datetime) -> None:
    """Publish the catalogue, and let two guides be booked as personal shoppers."""
    newest = rulebooks.newest_published(session, benefits.KIND)
    book = benefits.draft(session, BOOK, based_on=newest, by=OPERATOR, note="演示权益", now=now)
    rulebooks.publish(session, benefits.KIND, book.version, live_from=now, by=OPERATOR, now=now)
    store_id = store_ids[SHOPPER_STORE]
    plan = Plan(SHOPPER, "私人导购一小时", SHOPPER, Course(60, 15, 30))
    service = bookings.add_service(session, plan, store_id=store_id, now=now)
    shoppers = [stores.staff_by_code(session, store_id, code).id for code in SHOPPERS]
    for staff_id in shoppers:
        bookings.open_calendar(session, staff_id, phone=WORK_PHONE)
        bookings.set_hours(session, staff_id, WEEK)
    bookings.set_staff(session, service.code, shoppers)
