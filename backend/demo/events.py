"""The events that the demo store has ahead: a class with few places, and a member day that is only shown."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from backend import events
from backend.demo.coupons import OPERATOR
from backend.kit.calendar import day_start, shop_day

CLASS: Final[dict[str, Any]] = {
    "code": "baking",
    "kind": "experience",
    "title": "亲子烘焙课",
    "summary": "和孩子一起做一炉曲奇，材料与围裙由门店准备。",
    "description": "<p>适合 <strong>4 至 10 岁</strong>的孩子，需一位家长陪同。时长两小时，作品可带回家。</p>",
    "attendance": {"points": 20},
    "survey": {"points": 30, "days": 7},
}
TERMS: Final[dict[str, Any]] = {
    "points": 10,
    "companions": 1,
    "early_access": {"gold": 24, "diamond": 48},
    "questions": [
        {"key": "age", "label": "孩子年龄", "kind": "number", "least": 4, "most": 10, "required": True},
        {"key": "allergy", "label": "食物过敏", "kind": "text"},
    ],
}
MEMBER_DAY: Final[dict[str, Any]] = {
    "code": "member-day",
    "kind": "member-day",
    "title": "会员日",
    "summary": "全场会员价，到店即享，无需报名。",
}
PLACES: Final = 12
CLASS_IN_DAYS, MEMBER_DAY_IN_DAYS = 10, 14
BEGINS, LASTS = timedelta(hours=14), timedelta(hours=2)
DOORS = (timedelta(hours=10), timedelta(hours=22))


def plan_events(session: Session, *, store_code: str, now: datetime) -> None:
    """Let members register for a class in ten days, from `now` on, and see a member day."""
    begins = day_start(shop_day(now) + timedelta(days=CLASS_IN_DAYS)) + BEGINS
    terms = TERMS | {"opens_at": now.isoformat(), "closes_at": begins.isoformat()}
    plan = _session(begins, begins + LASTS, store=store_code, place="四楼会员厅", capacity=PLACES)
    _publish(session, CLASS | {"registration": terms, "sessions": [plan]}, now=now)
    day = day_start(shop_day(now) + timedelta(days=MEMBER_DAY_IN_DAYS))
    plan = _session(day + DOORS[0], day + DOORS[1], store=store_code, place="全馆")
    _publish(session, MEMBER_DAY | {"sessions": [plan]}, now=now)


def _session(starts_at: datetime, ends_at: datetime, **more: object) -> dict[str, object]:
    return {"key": "one", "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()} | more


def _publish(session: Session, definition: dict[str, Any], *, now: datetime) -> None:
    event = events.draft(session, definition, by=OPERATOR, now=now)
    events.publish(session, event.code, by=OPERATOR, now=now)
