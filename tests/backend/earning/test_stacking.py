from fractions import Fraction

import pytest

from backend.earning.book import Rule
from backend.earning.stacking import WHOLE, Contribution, Offer, Share, rounded, stack, together, whole
from tests.factories.earning import make_rule


def rule(code, **parts):
    return Rule.model_validate(make_rule(code, **parts))


PLAIN, CAPPED = rule("a"), rule("c", caps={"day": 5})
FIRST = Offer(PLAIN, {0: Fraction(3), 1: Fraction(4)}, strength=Fraction(1))
BETTER = Offer(CAPPED, {0: Fraction(6)}, strength=Fraction(2))


def test_all_offers_count_where_they_add_up():
    assert stack("add", [FIRST, BETTER], "down", {}) == [Share(PLAIN, Fraction(7)), Share(CAPPED, Fraction(6))]


def test_a_place_goes_to_the_best_offer_for_it():
    assert stack("best", [FIRST, BETTER], "down", {}) == [Share(CAPPED, Fraction(6)), Share(PLAIN, Fraction(4))]


def test_who_is_left_nothing_is_beaten():
    alone = Offer(PLAIN, {0: Fraction(3)}, strength=Fraction(1))
    assert stack("best", [alone, BETTER], "down", {})[1] == Share(PLAIN, Fraction(0), beaten=True)


def test_what_a_limit_leaves_ungiven_falls_to_the_next_best():
    best, next_best = stack("best", [FIRST, BETTER], "down", {"c": 4})
    assert (best.exact, next_best.exact) == (6, 4 + 1)
    assert stack("best", [FIRST, BETTER], "down", {"c": 0})[1].exact == 7


def test_of_equals_the_first_by_code_wins():
    twin = Offer(rule("b"), FIRST.values, FIRST.strength)
    assert [share.rule.code for share in stack("best", [twin, FIRST], "down", {}) if share.exact] == ["a"]


def test_what_a_group_is_worth_at_each_place():
    assert together("add", [FIRST, BETTER]) == {0: 9, 1: 4}
    assert together("best", [FIRST, BETTER]) == {0: 6, 1: 4}
    assert together("add", [Offer(PLAIN, {WHOLE: Fraction(5)}, Fraction(5))]) == {WHOLE: 5}


def test_parts_add_up_to_the_sum_rounded_once():
    thirds = [Share(rule(code), Fraction(2, 3)) for code in "abd"]
    assert [one.granted for one in whole(thirds, "down", {})] == [0, 1, 1]


def test_a_rule_with_limits_is_rounded_by_itself_and_cut_to_its_room():
    shares = [Share(PLAIN, Fraction(1, 2)), Share(CAPPED, Fraction(7, 2))]
    assert whole(shares, "down", {}) == [Contribution(PLAIN, 0, 0), Contribution(CAPPED, 3, 3)]
    assert whole(shares, "down", {"c": 2})[1] == Contribution(CAPPED, 3, 2)


@pytest.mark.parametrize(
    ("exact", "down", "half_up", "up"), [("3/2", 1, 2, 2), ("5/4", 1, 1, 2), ("2", 2, 2, 2), ("0", 0, 0, 0)]
)
def test_rounding(exact, down, half_up, up):
    assert [rounded(Fraction(exact), how) for how in ("down", "half-up", "up")] == [down, half_up, up]
