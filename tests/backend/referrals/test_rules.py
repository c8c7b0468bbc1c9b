from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.ids import READABLE
from backend.referrals import rules
from backend.referrals.rules import Bought
from tests.support.clocks import MORNING


def test_codes_are_read_aloud_and_found_however_they_are_typed():
    code = rules.invite_code(Random(1))
    assert len(code) == 8
    assert set(code) <= set(READABLE)
    assert rules.typed_code(f"  {code.lower()}\n") == code


@pytest.mark.parametrize("text", ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFG0", "ABCDEFGI", "邀请有礼邀请有礼", "ABCD EFG"])
def test_what_cannot_be_a_code_is_none(text):
    assert rules.typed_code(text) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=40), st.permutations(range(6)))
def test_whoever_came_before_makes_no_cycles(wishes, ids):
    """However people wish to be bound, nobody is behind themselves."""
    joined = {person: (MORNING + timedelta(hours=person // 2), ids[person]) for person in range(6)}
    inviter_of: dict[int, int] = {}
    for inviter, newcomer in wishes:
        if newcomer not in inviter_of and rules.came_before(joined[inviter], joined[newcomer]):
            inviter_of[newcomer] = inviter
    for person in range(6):
        seen, at = set(), person
        while at in inviter_of:
            assert at not in seen
            seen.add(at)
            at = inviter_of[at]


def test_of_a_purchase_the_goods_of_the_categories_count():
    lines = [Bought(100, "女装"), Bought(30, "美妆"), Bought(5, None)]
    assert [rules.counted_fen(lines, wanted) for wanted in (None, ("女装",), ("鞋",))] == [135, 100, 0]


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.data())
def test_of_a_line_all_is_kept_until_something_comes_back_and_nothing_when_all_has(paid, with_points, data):
    value = paid + with_points
    assert rules.kept_of(paid, value_fen=value, refunded_fen=0) == paid
    assert rules.kept_of(paid, value_fen=value, refunded_fen=value) == 0
    part = data.draw(st.integers(0, value))
    assert 0 <= rules.kept_of(paid, value_fen=value, refunded_fen=part) <= paid


def test_stages_are_given_that_are_reached_and_were_not_given():
    assert rules.stages_reached(5, [1, 3, 5, 10], {1}) == [3, 5]
    assert rules.stages_reached(0, [1, 3], ()) == []


@given(st.integers(0, 1000), st.none() | st.integers(-50, 1000))
def test_a_budget_is_never_passed(wanted, room):
    given_ = rules.granted(wanted, room)
    assert 0 <= given_ <= wanted
    assert room is None or given_ <= max(room, 0)


def test_a_month_is_that_of_its_days():
    assert rules.month_of("2026-03-31") == "2026-03"
