from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.benefits import PlateRefused, ReasonRefused, StayRefused
from backend.benefits.book import Price, Quota, Step
from backend.benefits.rules import (
    better,
    checked_entry,
    checked_reason,
    mask_plate,
    minutes_for,
    minutes_of,
    normal_plate,
    period_of,
    points_for,
    split,
    stay_minutes,
)
from tests.support.clocks import MORNING

PRICE = Price(points=50, minutes=30, most_points=150)
STEPS = (Step(from_fen=20_000, minutes=60), Step(from_fen=50_000, minutes=180))
ENDLESS = 0
MINUTES = st.integers(min_value=0, max_value=2_000)


def test_periods():
    day = date(2026, 3, 1)
    assert [period_of(per, day, "R1") for per in ("day", "month", "year", "visit")] == [
        "2026-03-01",
        "2026-03",
        "2026",
        "visit:R1",
    ]


@pytest.mark.parametrize(
    ("written", "plate"),
    [
        ("沪A12345", "沪A12345"),
        (" 沪a·12345 ", "沪A12345"),
        ("粤B-D12345", "粤BD12345"),
        ("京ａ1234A", "京A1234A"),
        ("京A12345D", "京A12345D"),
        ("粤Z1234港", "粤Z1234港"),
        ("沪A1234学", "沪A1234学"),
    ],
)
def test_plates_in_their_normal_form(written, plate):
    assert normal_plate(written) == plate


@pytest.mark.parametrize(
    "written",
    [
        "",
        "沪A1234",
        "沪A123456",
        "沪I12345",
        "沪A1O345",
        "A123456",
        "东A12345",
        "粤BL12345",
        "粤BD1234A",
        "沪A12345'; --",
        "沪" * 500,
    ],
)
def test_what_is_no_plate(written):
    with pytest.raises(PlateRefused):
        normal_plate(written)


def test_a_plate_is_masked():
    assert mask_plate("粤BD12345") == "粤B***45"


def test_a_stay_is_counted_in_begun_minutes():
    assert stay_minutes(MORNING, MORNING) == 0
    assert stay_minutes(MORNING, MORNING + timedelta(seconds=1)) == 1
    assert stay_minutes(MORNING, MORNING + timedelta(minutes=90)) == 90
    for left in (MORNING - timedelta(seconds=1), MORNING + timedelta(days=32)):
        with pytest.raises(StayRefused):
            stay_minutes(MORNING, left)


def test_a_car_comes_neither_tomorrow_nor_last_year():
    assert checked_entry(MORNING + timedelta(minutes=5), MORNING)
    for entered in (MORNING + timedelta(minutes=6), MORNING - timedelta(days=32)):
        with pytest.raises(StayRefused):
            checked_entry(entered, MORNING)


def test_the_highest_step_counts():
    assert [minutes_for(fen, STEPS) for fen in (0, 19_999, 20_000, 50_000, 10**9)] == [0, 0, 60, 180, 180]


@given(st.integers(min_value=0, max_value=10**8), st.integers(min_value=0, max_value=10**8))
def test_who_kept_more_parks_no_shorter(kept, more):
    assert minutes_for(kept + more, STEPS) >= minutes_for(kept, STEPS)


def test_begun_steps_of_points_count_whole():
    assert [points_for(minutes, PRICE) for minutes in (0, 1, 30, 31)] == [0, 50, 50, 100]
    assert [minutes_of(points, PRICE) for points in (0, 49, 50, 149, 150, 10_000)] == [0, 0, 30, 60, 90, 90]


@given(MINUTES, MINUTES, st.none() | MINUTES, st.integers(min_value=0, max_value=500), st.booleans())
def test_a_stay_is_covered_exactly_as_far_as_there_is(minutes, purchase, tier, points, sold):
    parts = split(minutes, purchase=purchase, tier=tier, points=points, price=PRICE if sold else None)
    buyable = minutes_of(points, PRICE) if sold else 0
    there = minutes if tier is None else min(minutes, purchase + tier + buyable)
    assert parts.minutes == there
    assert parts.purchase_minutes == min(minutes, purchase)
    assert parts.points <= points
    assert (parts.points == 0) == (parts.points_minutes == 0)
    if parts.points:
        assert parts.tier_minutes == tier
        assert parts.points - PRICE.points < points_for(parts.points_minutes, PRICE) == parts.points


def test_reasons():
    assert checked_reason(" 误操作 ") == "误操作"
    for reason in ("", "  ", "一" * 201, "一\n二"):
        with pytest.raises(ReasonRefused):
            checked_reason(reason)


@pytest.mark.parametrize(
    ("one", "other", "best"),
    [
        (None, None, None),
        (2, None, 2),
        (None, 3, 3),
        (2, 3, 3),
        (3, 2, 3),
        (2, ENDLESS, ENDLESS),
        (ENDLESS, 9, ENDLESS),
    ],
)
def test_the_better_of_two_quotas(one, other, best):
    quotas = [None if amount is None else Quota(amount=amount or None, per="month") for amount in (one, other, best)]
    assert better(*quotas[:2]) == quotas[2]
