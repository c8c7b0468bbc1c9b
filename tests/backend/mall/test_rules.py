from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.calendar import shop_day
from backend.mall.rules import (
    MOST,
    pick_up_by,
    received_by,
    refusal,
    refusal_of_pre_order,
    refusal_of_terms,
    shipped_until,
    title_of,
)
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


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"title": "陶瓷杯" * 21},
        {"title": "杯", "subtitle": "", "picture_url": "", "description": "第一行\n第二行"},
        {"picture_url": "https://shop.example/cup.png"},
        {"points": MOST, "stock": MOST, "position": -MOST},
    ],
)
def test_what_fits_its_columns_and_can_be_shown_is_not_refused(parts):
    assert refusal(**parts) is None


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"points": 0}, "points"),
        ({"points": MOST + 1}, "points"),
        ({"money_fen": -1}, "money_fen"),
        ({"money_fen": MOST + 1}, "money_fen"),
        ({"stock": -1}, "stock"),
        ({"stock": MOST + 1}, "stock"),
        ({"position": MOST + 1}, "position"),
        ({"title": ""}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "杯" * 65}, "title"),
        ({"title": "陶\n杯"}, "title"),
        ({"subtitle": "x" * 129}, "subtitle"),
        ({"description": "x" * 20_001}, "description"),
        ({"picture_url": "javascript:alert(1)"}, "picture_url"),
        ({"picture_url": "https://" + "x" * 300}, "picture_url"),
    ],
)
def test_refusal_names_the_part(parts, named):
    assert named in (refusal(**parts) or "")


TERMS = {"tier_points": {}, "on_from": None, "off_at": None, "limit_pieces": None, "limit_days": None}
TERMS |= {"ways": "pick-up"}
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "terms", [{}, {"on_from": NOON, "off_at": NOON + TICK}, {"limit_pieces": 1, "limit_days": 1}, {"off_at": NOON}]
)
def test_terms_that_can_be_kept_are_not_refused(terms):
    assert refusal_of_terms(**(TERMS | terms)) is None


@pytest.mark.parametrize(
    ("terms", "named"),
    [
        ({"tier_points": {"gold": 0}}, "points"),
        ({"on_from": NOON, "off_at": NOON}, "off_at"),
        ({"limit_days": 3}, "limit_days"),
        ({"limit_pieces": 0}, "limit_pieces"),
        ({"limit_pieces": 1, "limit_days": 4000}, "limit_days"),
        ({"ways": "by-drone"}, "ways"),
    ],
)
def test_a_refusal_of_terms_names_the_part(terms, named):
    assert named in (refusal_of_terms(**(TERMS | terms)) or "")


AHEAD = {"deposit_points": 9, "pick_up_from": NOON, "pick_up_until": NOON + TICK, "least_points": 10, "off_at": NOON}
NOT_AHEAD = {"deposit_points": None, "pick_up_from": None, "pick_up_until": None}


@pytest.mark.parametrize("terms", [{}, NOT_AHEAD, NOT_AHEAD | {"off_at": None}, {"deposit_points": None}])
def test_what_can_be_ordered_ahead_is_not_refused(terms):
    assert refusal_of_pre_order(**(AHEAD | terms)) is None


@pytest.mark.parametrize(
    ("terms", "named"),
    [
        ({"pick_up_from": None}, "pick_up_from"),
        ({"pick_up_until": None}, "pick_up_until"),
        ({"pick_up_from": None, "pick_up_until": None}, "deposit_points"),
        ({"pick_up_until": NOON}, "pick_up_until"),
        ({"off_at": None}, "off_at"),
        ({"off_at": NOON + 2 * TICK}, "off_at"),
        ({"deposit_points": 0}, "deposit_points"),
        ({"deposit_points": 10}, "deposit_points"),
    ],
)
def test_a_refusal_of_a_pre_order_names_the_part(terms, named):
    assert named in (refusal_of_pre_order(**(AHEAD | terms)) or "")


def test_the_rule_and_the_search_for_what_counts_as_received_agree():
    shipped, due = NOON, datetime(2026, 3, 11, 16, tzinfo=UTC)
    assert received_by(shipped) == due
    assert [shipped < shipped_until(at) for at in (due - TICK, due)] == [False, True]


def test_several_items_are_called_by_the_first():
    assert [title_of(["杯"], 3), title_of(["杯", "盘"], 3)] == ["杯", "杯等3件"]
