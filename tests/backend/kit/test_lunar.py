from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.kit.lunar import LunarDay, celebrated_on, is_last_of_year, lunar_day

DAYS = st.dates(min_value=date(1900, 2, 1), max_value=date(2190, 1, 1))


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        (date(2026, 2, 17), LunarDay(2026, 1, 1)),
        (date(2026, 9, 25), LunarDay(2026, 8, 15)),
        (date(2027, 9, 15), LunarDay(2027, 8, 15)),
        (date(2023, 3, 22), LunarDay(2023, 2, 1, leap=True)),
        (date(1900, 1, 31), LunarDay(1900, 1, 1)),
    ],
)
def test_known_days(day, lunar):
    assert lunar_day(day) == lunar


def test_the_thirtieth_is_celebrated_on_the_last_day_of_a_month_of_29():
    assert lunar_day(date(2026, 4, 16)) == LunarDay(2026, 2, 29)
    assert celebrated_on(date(2026, 4, 16)) == [(2, 29), (2, 30)]
    assert lunar_day(date(2026, 5, 15)) == LunarDay(2026, 3, 29)
    assert celebrated_on(date(2026, 5, 15)) == [(3, 29)], "the third month of 2026 has 30 days"
    assert celebrated_on(date(2026, 5, 16)) == [(3, 30)]


def test_nothing_is_celebrated_in_a_leap_month():
    assert celebrated_on(date(2023, 3, 22)) == []
    assert celebrated_on(date(2023, 2, 20)) == [(2, 1)]


@settings(max_examples=12)  # each looks at every day of a year
@given(born=DAYS, year=st.integers(1901, 2189))
def test_everybody_celebrates_once_between_two_new_years(born, year):
    _, month, day, _ = lunar_day(born)
    first = next(d for d in _days(date(year, 1, 20), 40) if lunar_day(d)[1:] == (1, 1, False))
    last = next(d for d in _days(first + timedelta(days=350), 40) if lunar_day(d)[1:] == (1, 1, False))
    celebrated = [d for d in _days(first, (last - first).days) if (month, day) in celebrated_on(d)]
    assert len(celebrated) == 1


def test_the_last_day_of_the_lunar_year():
    assert [d for d in _days(date(2026, 1, 1), 365) if is_last_of_year(d)] == [date(2026, 2, 16)]


def _days(first, count):
    return [first + timedelta(days=n) for n in range(count)]
