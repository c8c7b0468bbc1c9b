"""The lunar calendar (农历) as far as a shop needs it. Pure; good for the years 1900 to 2199."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from lunar_python import LunarMonth, Solar

LAST_OF_A_SHORT_MONTH: Final = 29
LAST_OF_A_LONG_MONTH: Final = 30


class LunarDay(NamedTuple):
    """A day of a lunar month; `leap` where the month repeats the one before it."""

    year: int
    month: int
    day: int
    leap: bool = False


def lunar_day(day: date) -> LunarDay:
    """The lunar day of a calendar day."""
    found = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    month = found.getMonth()  # below zero in a leap month
    return LunarDay(found.getYear(), abs(month), found.getDay(), month < 0)


def celebrated_on(day: date) -> list[tuple[int, int]]:
    """The lunar months and days that are celebrated on a calendar day: mostly one.

    What falls into a leap month is celebrated in the month that it repeats, as every year; so in the leap month itself
    there is nothing. The 30th is celebrated on the 29th where the month has no more days.
    """
    here = lunar_day(day)
    if here.leap:
        return []
    found = [(here.month, here.day)]
    if here.day == LAST_OF_A_SHORT_MONTH and _days_of(here) == LAST_OF_A_SHORT_MONTH:
        found.append((here.month, LAST_OF_A_LONG_MONTH))
    return found


def is_last_of_year(day: date) -> bool:
    """Whether the lunar year ends with this day (除夕)."""
    return lunar_day(day + timedelta(days=1))[1:] == (1, 1, False)


def _days_of(day: LunarDay) -> int:
    count: int = LunarMonth.fromYm(day.year, day.month).getDayCount()
    return count
