"""The draw that the demo store has open."""

from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, Final

from sqlalchemy.orm import Session

from backend import lottery
from backend.demo.coupons import OPERATOR

OPEN_FOR: Final = timedelta(days=60)
ANNOUNCED_BEFORE: Final = timedelta(hours=1)

DRAW: Final[dict[str, Any]] = {
    "code": "welcome",
    "title": "积分转转乐",
    "description": "每次 20 积分，每天三次。",
    "cost": {"kind": "points", "points": 20},
    "limits": {"day": 3},
    "prizes": [
        {"kind": "goods", "name": "百汇保温杯", "odds": 10_000, "stock": 20, "per_day": 2, "pick_up_within_days": 14},
        {"kind": "coupon", "name": "两小时免费停车", "odds": 90_000, "template": "parking-2h"},
        {"kind": "points", "name": "50 积分", "odds": 200_000, "points": 50},
        {"kind": "nothing", "name": "谢谢参与", "odds": 700_000, "fallback": True},
    ],
}


def open_draw(session: Session, *, now: datetime) -> None:
    """Let members play from `now` on; it was announced an hour before. Its seed is nobody's to know."""
    times = {"opens_at": now.isoformat(), "closes_at": (now + OPEN_FOR).isoformat()}
    announced_at = now - ANNOUNCED_BEFORE
    lottery.draft(session, DRAW | times, by=OPERATOR, now=announced_at)
    lottery.publish(session, DRAW["code"], by=OPERATOR, rng=SystemRandom(), now=announced_at)
