from datetime import UTC, date, datetime, timedelta
from typing import Final

from backend.kit.calendar import day_end, day_start, shop_day

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
MOMENT: Final = timedelta(microseconds=1)


def last_day(end: datetime) -> date:
    """The last shop day of what is good while `now < end`."""
    return shop_day(end - MOMENT)


def days_later(end: datetime, days: int) -> datetime:
    """The first instant after so many further shop days; `end` itself for none."""
    return day_end(last_day(end) + timedelta(days=days)) if days else end


def month_start_after(at: datetime) -> datetime:
    """The first instant of the next shop month, after `at`."""
    day = shop_day(at)
    return day_start(date(day.year + day.month // 12, day.month % 12 + 1, 1))
