"""Catalogues of benefits, told shortly."""

from typing import Any

from sqlalchemy.orm import Session

from backend import benefits
from backend.benefits import Car
from tests.factories.books import change_book
from tests.support.clocks import MORNING

PLATE = "沪A12345"


def benefit(code: str = "returns", kind: str = "priority_returns", **parts: Any) -> dict[str, Any]:
    """A benefit of which the lowest tier has two a month, and silver five."""
    quotas = {"basic": {"amount": 2, "per": "month"}, "silver": {"amount": 5, "per": "month"}}
    return {"code": code, "kind": kind, "name": "优先退换", "quotas": quotas} | parts


def parking(**parts: Any) -> dict[str, Any]:
    """Free parking: 60 minutes a day for the lowest tier, 60 for purchases of ¥200 and 180 of ¥500, and for points."""
    terms = {
        "purchases": [{"from_fen": 20_000, "minutes": 60}, {"from_fen": 50_000, "minutes": 180}],
        "points": {"points": 50, "minutes": 30, "most_points": 150},
    }
    quotas = {"basic": {"amount": 60, "per": "day"}, "silver": {"amount": 120, "per": "day"}}
    return benefit("parking", "parking", name="免费停车", quotas=quotas, parking=terms) | parts


def birthday_gift(**parts: Any) -> dict[str, Any]:
    """A gift from three days before the birthday until five after it."""
    terms = {"days_before": 3, "days_after": 5}
    return benefit("gift", "birthday_gift", name="生日礼", quotas={"basic": {"per": "year"}}, birthday=terms) | parts


def offer(session: Session, *listed: dict[str, Any]) -> None:
    """Let these benefits be the catalogue from the morning on."""
    change_book(session, benefits.KIND, benefits=list(listed))
    session.flush()


def make_car(session: Session, member_id: int, plate: str = PLATE, *, most_points: int | None = None) -> Car:
    """A car of a member, for which the gate may spend so many points."""
    car, _ = benefits.add(session, member_id, plate, now=MORNING)
    return benefits.allow_points(session, member_id, car.id, most=most_points, now=MORNING)
