from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.kit.calendar import shop_day
from backend.mall.rules import pick_up_by
from config.policy import PICK_UP_WITHIN_DAYS

TICK = timedelta(microseconds=1)


def test_the_last_day_is_a_whole_shop_day():
    assert pick_up_by(datetime(2026, 3, 1, 1, tzinfo=UTC)) == datetime(2026, 3, 15, 16, tzinfo=UTC)
    assert pick_up_by(datetime(2026, 3, 1, 15, 59, 59, 999_999, tzinfo=UTC)) == datetime(2026, 3, 15, 16, tzinfo=UTC)
    assert pick_up_by(datetime(2026, 3, 1, 16, tzinfo=UTC)) == datetime(2026, 3, 16, 16, tzinfo=UTC)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  Hypothesis adds the zone
def test_there_are_always_the_full_days_of_the_policy(placed_at):
    last_good = pick_up_by(placed_at) - TICK
    assert (shop_day(last_good) - shop_day(placed_at)).days == PICK_UP_WITHIN_DAYS
    assert shop_day(last_good + TICK) > shop_day(last_good)
