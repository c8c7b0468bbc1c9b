from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.events import rules
from tests.factories.events import DEADLINE, ENDS, OVER, STARTS
from tests.support.clocks import MORNING

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def test_early_access_opens_so_many_hours_before():
    assert rules.opens_for(MORNING, {"gold": 24}, "gold") == MORNING - DAY
    assert rules.opens_for(MORNING, {"gold": 24}, "basic") == MORNING


@pytest.mark.parametrize(
    ("capacity", "taken", "heads", "fits"),
    [(3, 1, 2, True), (3, 2, 2, False), (3, 3, 1, False), (None, 10**6, 9, True)],
)
def test_all_heads_fit_or_none(capacity, taken, heads, fits):
    assert rules.fits(capacity=capacity, taken=taken, heads=heads) is fits


@pytest.mark.parametrize(
    ("now", "parts", "free"),
    [
        (DEADLINE - INSTANT, {}, True),
        (DEADLINE, {}, False),
        (DEADLINE, {"waiting": True}, True),
        (DEADLINE, {"changed_since": True}, True),
        (DEADLINE, {"moved_up_at": DEADLINE}, True),
        (DEADLINE, {"moved_up_at": DEADLINE - INSTANT}, False),
    ],
)
def test_cancelling_is_free_until_the_deadline_and_where_it_is_not_the_members_doing(now, parts, free):
    told = {"changed_since": False, "moved_up_at": None, "waiting": False} | parts
    assert rules.may_cancel_free(deadline=DEADLINE, now=now, **told) is free


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (STARTS - timedelta(hours=2) - INSTANT, False),
        (STARTS - timedelta(hours=2), True),
        (OVER - INSTANT, True),
        (OVER, False),
    ],
)
def test_doors_are_open_to_the_instant(now, is_open):
    assert rules.doors_open(STARTS, ENDS, now) is is_open


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 6, 1, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 6, 2, tzinfo=UTC), True),
        (datetime(2026, 3, 6, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 6, 16, tzinfo=UTC), False),
    ],
)
def test_the_day_before_is_a_shop_day_from_ten_oclock_on(now, due):
    assert rules.is_tomorrow(STARTS, now) is due


@pytest.mark.parametrize(
    ("before", "due"),
    [(121, False), (120, True), (91, True), (90, False), (0, False)],
)
def test_two_hours_before_are_about_two_hours(before, due):
    assert rules.is_soon(STARTS, STARTS - timedelta(minutes=before)) is due


def barred(*days):
    times = [MORNING + day * DAY for day in days]
    until = rules.barred_until(times, count=3, within=timedelta(days=90), for_=timedelta(days=30))
    return None if until is None else (until - MORNING).days


@pytest.mark.parametrize(
    ("days", "until"),
    [((), None), ((0, 1), None), ((0, 1, 2), 32), ((2, 0, 1), 32), ((0, 45, 90), None), ((0, 45, 89), 119)],
)
def test_the_third_absence_within_the_span_bars(days, until):
    assert barred(*days) == until


@given(st.lists(st.integers(0, 400), max_size=8), st.integers(0, 400))
def test_one_more_absence_never_bars_for_less(days, more):
    before, after = barred(*days), barred(*days, more)
    assert before is None or (after is not None and after >= before)
