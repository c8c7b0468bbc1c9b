from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.checkin.rules import next_streak, reward, streak_on
from config.policy import CHECK_IN_LONGEST_PAID_STREAK, CHECK_IN_POINTS

TODAY = date(2026, 3, 1)
streaks = st.integers(1, 10_000)


@given(streaks, streaks)
def test_a_longer_streak_never_pays_less(one, other):
    assert reward(min(one, other)) <= reward(max(one, other))


def test_the_first_day_pays_the_daily_points_and_the_bonus_ends():
    assert reward(1) == CHECK_IN_POINTS
    assert reward(CHECK_IN_LONGEST_PAID_STREAK) == reward(CHECK_IN_LONGEST_PAID_STREAK + 1)


@given(streaks)
def test_the_next_day_goes_on(streak):
    assert next_streak(TODAY - timedelta(days=1), streak, TODAY) == streak + 1


@given(streaks, st.integers(2, 1000))
def test_a_missed_day_begins_again(streak, days):
    last_day = TODAY - timedelta(days=days)
    assert (streak_on(last_day, streak, TODAY), next_streak(last_day, streak, TODAY)) == (0, 1)


@given(streaks, st.integers(0, 1))
def test_a_streak_stands_through_the_day_after(streak, days):
    assert streak_on(TODAY - timedelta(days=days), streak, TODAY) == streak


def test_a_month_change_in_a_leap_year_is_a_day_like_any_other():
    assert next_streak(date(2028, 2, 29), 4, date(2028, 3, 1)) == 5
    assert next_streak(date(2028, 2, 28), 4, date(2028, 3, 1)) == 1
