"""What the demo store gives for check-ins: for days in a row and in a month, at the store; missed days made up."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from backend import checkin, rulebooks

RULES: Final[dict[str, Any]] = {
    "streak": [{"days": 3, "points": 10}, {"days": 7, "points": 30}],
    "month": [{"days": 15, "points": 50}, {"days": 25, "points": 100}],
    "special_days": [{"name": "会员日", "month_days": [8], "points": 20}],
    "make_ups": {"days_back": 7, "per_month": 3, "points": 20, "free": {"gold": 1, "diamond": 2}},
    "places": {"required": False, "points": 5, "radius_m": None, "by_scene": True, "sites": []},
}


def reward_check_ins(session: Session, *, by: str, now: datetime) -> None:
    """Publish the demo's rules of check-ins, on top of what the house pays for a day."""
    first = rulebooks.live(session, checkin.KIND, now=now)
    definition = {**first.definition, **RULES}
    checkin.checked(definition)
    book = rulebooks.draft(session, checkin.KIND, definition, based_on=first.version, by=by, note="演示规则", now=now)
    rulebooks.publish(session, checkin.KIND, book.version, live_from=now, by=by, now=now)
