"""The demo's codes of the official account: one at each store's door, one on a badge, one for an event."""

from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from backend import scenes
from backend.demo.shop import STORES
from backend.scenes import Plan

BY: Final = "demo"
BADGE: Final = Plan("staff", "导购 HQ-11", subject="HQ-11", store_code="HQ")
EVENT: Final = Plan("event", "春日会员市集", subject="SPRING", greeting="市集开始啦，凭会员卡到一楼中庭领取花种！")


def make_codes(session: Session, *, rng: Random, now: datetime) -> None:
    """Make the scenes; WeChat is asked for their codes when the demo is published."""
    doors = (Plan("store", f"{name} 正门", store_code=code) for code, name in STORES.items())
    for plan in (*doors, BADGE, EVENT):
        scenes.make(session, plan, by=BY, rng=rng, now=now)
