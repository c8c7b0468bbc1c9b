from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final

from backend.kit.calendar import add_months

DAY: Final = timedelta(days=1)


def streak_on(last_day: date, streak: int, today: date) -> int:
    """The streak that stands on `today`: it lives through the day after the last visit, then it is 0."""
    return streak if last_day >= today - DAY else 0


def next_streak(last_day: date, streak: int, today: date) -> int:
    """The streak that a visit on `today`, a day after `last_day`, makes."""
    return streak_on(last_day, streak, today) + 1


def week_of(day: date) -> tuple[date, date]:
    """The Monday and the Sunday of a day's week."""
    monday = day - DAY * day.weekday()
    return monday, monday + DAY * 6


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    first = day.replace(day=1)
    return first, add_months(first, 1) - DAY


def unbroken(start: date, days: Iterable[date]) -> int:
    """How many of `days` follow one another without a gap from `start` on."""
    known, length = frozenset(days), 0
    while start + DAY * length in known:
        length += 1
    return length


def steps_due(steps: Iterable[int], reached: int, given: Collection[int]) -> list[int]:
    """The steps that are to be given now: all that were reached and never given, the first first."""
    return sorted(step for step in steps if step <= reached and step not in given)


def days_to_make_up(today: date, days_back: int, joined_on: date, visited: Collection[date]) -> list[date]:
    """The missed days that are not too long ago, the first first."""
    back = [today - DAY * number for number in range(days_back, 0, -1)]
    return [day for day in back if day >= joined_on and day not in visited]
