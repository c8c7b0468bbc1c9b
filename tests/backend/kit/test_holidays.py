from datetime import date, timedelta

import chinese_calendar
import pytest

from backend.kit import holidays
from backend.kit.holidays import NAMES, WITH_DAYS_OFF, break_begins, holidays_on, is_day_off


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "new-year"),
        (date(2026, 2, 16), "new-years-eve"),
        (date(2026, 2, 17), "spring-festival"),
        (date(2027, 2, 6), "spring-festival"),
        (date(2026, 3, 3), "lantern"),
        (date(2026, 6, 19), "dragon-boat"),
        (date(2025, 8, 29), "qixi"),
        (date(2026, 9, 25), "mid-autumn"),
        (date(2027, 9, 15), "mid-autumn"),
        (date(2026, 10, 18), "double-ninth"),
    ],
)
def test_known_holidays(day, name):
    assert holidays_on(day) == {name}


def test_each_holiday_comes_once_a_lunar_and_solar_year():
    year = [date(2026, 2, 1) + timedelta(days=number) for number in range(365)]
    found = [name for day in year for name in holidays_on(day)]
    assert sorted(found) == sorted(NAMES)


def test_days_off_are_as_announced_also_worked_weekends():
    assert is_day_off(date(2025, 10, 8))
    assert not is_day_off(date(2025, 9, 28)), "a Sunday that is worked for the National Day"
    assert not is_day_off(date(2025, 9, 30))


def test_beyond_what_was_announced_the_law_and_weekends_stand_in(monkeypatch):
    far = date(2031, 1, 1)
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_holiday(far)
    off = {far, date(2031, 1, 4), date(2031, 1, 22), date(2031, 1, 25), date(2031, 4, 5), date(2031, 10, 3)}
    assert {day for day in off if is_day_off(day)} == off
    assert not is_day_off(date(2031, 10, 8))
    assert not is_day_off(date(2031, 9, 10))


def test_the_law_names_only_days_that_were_off_where_it_is_known():
    known = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [day for day in known if holidays._is_off_by_law(day) and not is_day_off(day)] == []


def test_a_break_begins_with_its_first_day_and_names_what_it_is_for():
    assert "national-day" in break_begins(date(2025, 10, 1))
    assert "mid-autumn" in break_begins(date(2025, 10, 1)), "both fell into one break"
    assert break_begins(date(2025, 10, 2)) == set()
    assert break_begins(date(2025, 9, 30)) == set()
    year = [date(2026, 1, 2) + timedelta(days=number) for number in range(365)]
    assert set().union(*map(break_begins, year)) >= WITH_DAYS_OFF - {"new-year"}
