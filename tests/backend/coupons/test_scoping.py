from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.coupons.scoping import in_scope, unfit
from tests.backend.coupons.tickets import VALID_UNTIL, cash, line
from tests.support.clocks import MORNING

TICK = timedelta(microseconds=1)
SUNDAY_NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (MORNING - TICK, "coupons.not-yet"),
        (MORNING, None),
        (VALID_UNTIL - TICK, None),
        (VALID_UNTIL, "coupons.expired"),
    ],
)
def test_it_is_good_from_its_first_to_its_last_instant(at, code):
    why = unfit(cash(100), store_code="HQ", at=at)
    assert (why and why.code) == code


@pytest.mark.parametrize(
    ("valid_from", "words"),
    [
        (datetime(2026, 3, 1, 16, tzinfo=UTC), "「券T」尚未生效，2026年3月2日起可用"),
        (datetime(2026, 3, 2, 15, 59, tzinfo=UTC), "「券T」尚未生效，2026年3月2日 23:59 起可用"),
    ],
)
def test_what_is_not_good_yet_says_from_which_day_of_the_shop_it_is(valid_from, words):
    ticket = replace(cash(100), valid_from=valid_from)
    assert unfit(ticket, store_code="HQ", at=valid_from - TICK).detail == words
    assert unfit(ticket, store_code="HQ", at=valid_from) is None


@pytest.mark.parametrize(
    ("usable", "good"),
    [
        ({"weekdays": [7]}, True),
        ({"weekdays": [1, 6]}, False),
        ({"hours": [["10:00", "12:00"]]}, False),
        ({"hours": [["10:00", "12:00"], ["12:00", "24:00"]]}, True),
        ({"not_on": ["2026-03-01"]}, False),
        ({"not_on": ["2026-02-28"]}, True),
    ],
)
def test_days_and_hours_are_the_shop_s(usable, good):
    why = unfit(cash(100, usable=usable), store_code="HQ", at=SUNDAY_NOON)
    assert (why is None) == good
    assert good or why.code == "coupons.wrong-time"


def test_another_store_is_refused_by_name():
    why = unfit(cash(100, scope={"stores": ["SH01"]}), store_code="HQ", at=MORNING)
    assert (why.code, why.detail) == ("coupons.wrong-store", "「券T」不适用于本门店")
    assert unfit(cash(100, scope={"stores": ["SH01", "HQ"]}), store_code="HQ", at=MORNING) is None


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        ({}, (0, 1, 2)),
        ({"goods": {"brands": ["A"]}}, (0, 1)),
        ({"goods": {"brands": ["A", "B"], "categories": ["shoes"]}}, (1, 2)),
        ({"goods": {"counters": ["1F-01"]}}, (0,)),
        ({"without": {"skus": ["3"]}}, (0, 1)),
        ({"without": {"brands": ["B"], "skus": ["1"]}}, (1,)),
        ({"goods": {"brands": ["A"]}, "without": {"categories": ["shoes"]}}, (0,)),
        ({"goods": {"brands": ["C"]}}, ()),
    ],
)
def test_what_is_told_must_hold_and_what_is_excluded_is_out(scope, places):
    lines = [
        line(1, sku="1", brand="A", category="coats", counter="1F-01"),
        line(1, sku="2", brand="A", category="shoes"),
        line(1, sku="3", brand="B", category="shoes"),
    ]
    assert in_scope(cash(1, scope=scope).definition, lines) == places
