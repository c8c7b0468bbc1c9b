"""Shop days: the local calendar days that check-ins, expiries and reports are counted in."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from config import policy

DAYS_KEPT: Final = 4096  # whoever reckons for a whole membership asks for the same few years over and over


def shop_day(at: datetime, zone: ZoneInfo = policy.SHOP_ZONE) -> date:
    """The shop's calendar day at an instant. Raises ValueError for an instant without a zone."""
    if at.tzinfo is None:
        raise ValueError("an instant without a zone has no shop day")
    return at.astimezone(zone).date()


@lru_cache(maxsize=DAYS_KEPT)
def day_start(day: date, zone: ZoneInfo = policy.SHOP_ZONE) -> datetime:
    """The first instant (UTC) of a shop day."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


@lru_cache(maxsize=DAYS_KEPT)
def day_end(day: date, zone: ZoneInfo = policy.SHOP_ZONE) -> datetime:
    """The first instant (UTC) after a shop day: what is good on that day is good while `now < day_end`."""
    return day_start(day + timedelta(days=1), zone)


@lru_cache(maxsize=DAYS_KEPT)
def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day: 31 January + 1 month is the end of February."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))
