from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import checkin, rulebooks
from backend.checkin.book import SpecialDay, checked, live
from tests.backend.checkin.books import step
from tests.support.clocks import MORNING

FIRST = {
    "daily": {"points": 5, "streak_bonus": 1, "longest_paid_streak": 7},
    "streak": [],
    "week": [],
    "month": [],
    "special_days": [],
    "make_ups": {"days_back": 0, "per_month": 0, "points": 0, "free": {}},
    "places": {"required": False, "points": 0, "radius_m": None, "by_scene": False, "sites": []},
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_first_book_is_in_force(session):
    assert live(session, now=MORNING) == (1, checked(FIRST))
    assert rulebooks.get(session, checkin.KIND, 1).definition == FIRST


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_longer_streak_never_pays_less(one, other):
    daily = checked(FIRST).daily
    assert daily.of(min(one, other)) <= daily.of(max(one, other))


def test_the_first_day_pays_the_daily_points_and_the_bonus_ends():
    assert [checked(FIRST).daily.of(streak) for streak in (1, 2, 7, 8, 100)] == [5, 6, 11, 11, 11]


def special(**when):
    return SpecialDay(name="会员日", points=10, **when)


@pytest.mark.parametrize(
    ("when", "days"),
    [
        ({"dates": ["2026-03-08", "2026-03-10"]}, [date(2026, 3, 8), date(2026, 3, 10)]),
        ({"weekdays": [7]}, [date(2026, 3, 8)]),
        ({"month_days": [9]}, [date(2026, 3, 9)]),
        ({"holidays": ["womens-day"]}, [date(2026, 3, 8)]),
        ({"weekdays": [2], "month_days": [8]}, [date(2026, 3, 8), date(2026, 3, 10)]),
    ],
)
def test_when_a_special_day_is(when, days):
    assert [day for day in (date(2026, 3, number) for number in range(8, 11)) if special(**when).is_on(day)] == days


def test_steps_stand_in_order():
    book = checked(FIRST | {"streak": [step(7), step(3)]})
    assert list(book.steps("streak")) == [3, 7]


SITE = {"store": "S1", "latitude": 31.2, "longitude": 121.4}
SAID = {"name": "会员日", "points": 1}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"streak": [step(3), step(3)]}, "streak 3 重复"),
        ({"week": [step(8)]}, "week 8 超过 7 天"),
        ({"month": [step(32)]}, "month 32 超过 31 天"),
        ({"streak": [{"days": 3}]}, "奖励不能为空"),
        ({"streak": [step(0)]}, "streak.0.days：不能小于 1"),
        ({"streak": [step(3, coupons=["Upper"])]}, "格式不符"),
        ({"special_days": [SAID]}, "须写明日期"),
        ({"special_days": [SAID | {"holidays": ["easter"]}]}, "格式不符"),
        ({"special_days": [SAID | {"weekdays": [0]}]}, "不能小于 1"),
        ({"special_days": [SAID | {"dates": ["2026-3-8"]}]}, "YYYY-MM-DD"),
        ({"daily": {"points": "5", "streak_bonus": 1, "longest_paid_streak": 7}}, "须为整数"),
        ({"make_ups": FIRST["make_ups"] | {"days_back": 32}}, "不能大于 31"),
        ({"places": FIRST["places"] | {"sites": [SITE, SITE]}}, "S1 重复"),
        ({"places": FIRST["places"] | {"sites": [SITE | {"latitude": 91}]}}, "不能大于 90"),
        ({"places": FIRST["places"] | {"sites": [SITE | {"latitude": float("nan")}]}}, "places.sites.0.latitude"),
        ({"places": FIRST["places"] | {"radius_m": 1}}, "不能小于 10"),
        ({"more": 1}, "没有这一项"),
    ],
)
def test_what_is_wrong_is_told(parts, said):
    with pytest.raises(checkin.BookRefused) as refused:
        checked(FIRST | parts)
    assert said in refused.value.detail
