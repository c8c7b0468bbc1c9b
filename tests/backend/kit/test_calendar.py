from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.calendar import add_months, day_end, day_start, shop_day

TICK = timedelta(microseconds=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
# New York turns its clocks at 02:00, Havana and Beirut at midnight itself
ZONES = [SHANGHAI, *(ZoneInfo(name) for name in ("America/New_York", "America/Havana", "Asia/Beirut", "Asia/Kolkata"))]
days = st.dates(date(1995, 1, 2), date(2060, 12, 30))
zones = st.sampled_from(ZONES)


@given(days, zones)
def test_a_day_is_the_instants_from_its_start_to_before_its_end(day, zone):
    start, end = day_start(day, zone), day_end(day, zone)
    assert shop_day(start, zone) == shop_day(end - TICK, zone) == day
    assert shop_day(start - TICK, zone) == day - timedelta(days=1)
    assert shop_day(end, zone) == day + timedelta(days=1)
    assert timedelta(hours=23) <= end - start <= timedelta(hours=25)


@given(days, days, zones)
def test_later_days_start_later(one, other, zone):
    assert (one < other) == (day_start(one, zone) < day_start(other, zone))


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 7), 24), (date(2026, 3, 8), 23), (date(2026, 11, 1), 25)],
)
def test_a_day_on_which_clocks_are_turned_is_shorter_or_longer(day, hours):
    zone = ZoneInfo("America/New_York")
    assert day_end(day, zone) - day_start(day, zone) == timedelta(hours=hours)


def test_the_day_turns_at_midnight_in_shanghai():
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert shop_day(midnight - TICK, SHANGHAI) == date(2026, 3, 1)
    assert shop_day(midnight, SHANGHAI) == date(2026, 3, 2)
    assert day_end(date(2026, 3, 1), SHANGHAI) == midnight


def test_an_instant_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="zone"):
        shop_day(datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 3, 15), 0, date(2026, 3, 15)),
    ],
)
def test_months_end_where_the_later_month_ends(day, months, expected):
    assert add_months(day, months) == expected


@given(days, st.integers(-300, 300))
def test_added_months_keep_the_day_or_take_the_last_one(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and later.day == monthrange(later.year, later.month)[1])


@given(days, days, st.integers(0, 36))
def test_adding_months_keeps_the_order(one, other, months):
    earlier, later = sorted((one, other))
    assert add_months(earlier, months) <= add_months(later, months)
