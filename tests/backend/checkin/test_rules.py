from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.checkin.rules import (
    days_to_make_up,
    month_of,
    next_streak,
    steps_due,
    streak_on,
    unbroken,
    week_of,
)

TODAY = date(2026, 3, 1)
DAY = timedelta(days=1)
streaks = st.integers(1, 10_000)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


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


@given(days)
def test_a_day_lies_in_its_week_and_its_month(day):
    monday, sunday = week_of(day)
    assert monday <= day <= sunday
    assert (monday.isoweekday(), (sunday - monday).days) == (1, 6)
    first, last = month_of(day)
    assert first <= day <= last
    assert (first.day, (last + DAY).day, (last + DAY - first).days in range(28, 32)) == (1, 1, True)


@given(st.sets(st.integers(0, 20)))
def test_what_is_unbroken_ends_before_the_first_gap(numbers):
    length = unbroken(TODAY, [TODAY + DAY * number for number in numbers])
    assert set(range(length)) <= numbers
    assert length not in numbers


@given(st.sets(st.integers(1, 40)), st.integers(0, 40), st.sets(st.integers(1, 40)))
def test_steps_are_due_once_and_in_order(steps, reached, given_before):
    due = steps_due(steps, reached, given_before)
    assert due == sorted(due)
    assert set(due) == {step for step in steps if step <= reached} - given_before


def test_days_to_make_up_are_missed_near_and_since_joining():
    visited = {TODAY - DAY * 2, TODAY}
    assert days_to_make_up(TODAY, 4, TODAY - DAY * 3, visited) == [TODAY - DAY * 3, TODAY - DAY]
    assert days_to_make_up(TODAY, 0, TODAY - DAY * 3, visited) == []
    assert days_to_make_up(TODAY, 4, TODAY, visited) == []
