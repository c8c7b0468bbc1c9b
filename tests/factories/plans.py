from typing import Any

from sqlalchemy.orm import Session

from tests.factories.books import change_book

GOLD: dict[str, Any] = {
    "code": "gold-year",
    "family": "gold",
    "name": "金卡年费会员",
    "price_fen": 12_000,
    "months": 12,
    "benefits": ["lounge"],
}
MONTH: dict[str, Any] = {"code": "gold-month", "family": "gold", "name": "金卡月卡", "price_fen": 3_100, "months": 1}
DAYS: dict[str, Any] = {"code": "trial", "family": "gold", "name": "体验卡", "price_fen": 700, "days": 7}
BABY: dict[str, Any] = {
    "code": "baby",
    "family": "baby",
    "name": "亲子会员",
    "price_fen": 12_000,
    "months": 12,
    "benefits": ["nursery"],
}


def sell_plans(session: Session, *more: dict[str, Any], **rules: Any) -> None:
    """A house that sells memberships: a year, a month and a week of gold, a year for parents."""
    known = {"plans": [GOLD, MONTH, DAYS, BABY, *more]}
    change_book(session, "plans", **(known | rules))
