from datetime import datetime, timedelta

from backend.kit.calendar import day_end, shop_day
from config.policy import PICK_UP_WITHIN_DAYS


def pick_up_by(placed_at: datetime) -> datetime:
    """An order can be picked up while `now < pick_up_by`: to the end of the last of PICK_UP_WITHIN_DAYS more days."""
    return day_end(shop_day(placed_at) + timedelta(days=PICK_UP_WITHIN_DAYS))
