"""The holidays of China and the official days off. Pure.

The State Council announces each November what is off in the next year, and which weekends are worked for it;
chinesecalendar knows it once it was released. For days that it does not know yet the law stands in: weekends, and the
statutory days themselves.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import chinese_calendar
from lunar_python import Solar

from backend.kit.lunar import celebrated_on, is_last_of_year

NAMES: Final = MappingProxyType(
    {
        "new-year": "元旦",
        "laba": "腊八节",
        "new-years-eve": "除夕",
        "spring-festival": "春节",
        "lantern": "元宵节",
        "womens-day": "妇女节",
        "labour-day": "劳动节",
        "childrens-day": "儿童节",
        "dragon-boat": "端午节",
        "qixi": "七夕节",
        "teachers-day": "教师节",
        "mid-autumn": "中秋节",
        "national-day": "国庆节",
        "double-ninth": "重阳节",
    }
)
SOLAR: Final = {
    (1, 1): "new-year",
    (3, 8): "womens-day",
    (5, 1): "labour-day",
    (6, 1): "childrens-day",
    (9, 10): "teachers-day",
    (10, 1): "national-day",
}
LUNAR: Final = {
    (1, 1): "spring-festival",
    (1, 15): "lantern",
    (5, 5): "dragon-boat",
    (7, 7): "qixi",
    (8, 15): "mid-autumn",
    (9, 9): "double-ninth",
    (12, 8): "laba",
}
# the days off by law, since 2025: but for the eve and the tomb-sweeping day, which are reckoned
OFF_SOLAR: Final = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
OFF_LUNAR: Final = {(1, 1), (1, 2), (1, 3), (5, 5), (8, 15)}
WITH_DAYS_OFF: Final = frozenset(
    {"new-year", "new-years-eve", "spring-festival", "labour-day", "dragon-boat", "mid-autumn", "national-day"}
)
LONGEST_BREAK: Final = 16
SATURDAY: Final = 5


def holidays_on(day: date) -> set[str]:
    """The holidays (`NAMES`) that fall on a day."""
    found = {SOLAR.get((day.month, day.day)), *(LUNAR.get(one) for one in celebrated_on(day))}
    if is_last_of_year(day):
        found.add("new-years-eve")
    return {name for name in found if name is not None}


def is_day_off(day: date) -> bool:
    """Whether a day is off for offices: as announced, else weekends and the days that the law names."""
    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:
        return day.weekday() >= SATURDAY or _is_off_by_law(day)


def break_begins(day: date) -> set[str]:
    """The holidays within the unbroken run of days off that begins with a day; none where no run begins."""
    if not is_day_off(day) or is_day_off(day - timedelta(days=1)):
        return set()
    return set().union(*map(holidays_on, _run_from(day)))


def _run_from(day: date) -> Iterator[date]:
    for number in range(LONGEST_BREAK):
        later = day + timedelta(days=number)
        if not is_day_off(later):
            return
        yield later


def _is_off_by_law(day: date) -> bool:
    if (day.month, day.day) in OFF_SOLAR or is_last_of_year(day):
        return True
    if not OFF_LUNAR.isdisjoint(celebrated_on(day)):
        return True
    return bool(Solar.fromYmd(day.year, day.month, day.day).getLunar().getJieQi() == "清明")
