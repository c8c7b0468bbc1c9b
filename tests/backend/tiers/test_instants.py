from datetime import date, timedelta

from backend.tiers.instants import MOMENT, days_later, last_day, month_start_after
from tests.factories.tiers import midnight, noon


def test_the_last_day_is_the_one_before_the_end():
    assert last_day(midnight("2026-03-02")) == date(2026, 3, 1)
    assert last_day(midnight("2026-03-02") + MOMENT) == date(2026, 3, 2)


def test_days_later_end_with_a_day():
    assert days_later(midnight("2026-03-02"), 30) == midnight("2026-04-01")
    assert days_later(noon("2026-03-02"), 1) == midnight("2026-03-04")
    assert days_later(noon("2026-03-02"), 0) == noon("2026-03-02")


def test_months_begin_on_their_first_day():
    assert month_start_after(midnight("2026-12-01")) == midnight("2027-01-01")
    assert month_start_after(midnight("2026-12-01") - timedelta(microseconds=1)) == midnight("2026-12-01")
