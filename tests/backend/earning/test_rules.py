from fractions import Fraction
from math import ceil, floor, prod
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.earning import Event, EventLine
from backend.earning.book import EarningBook
from backend.earning.conditions import fit
from backend.earning.rules import assess
from tests.backend.earning.strategies import bills, books, definitions, shrinking
from tests.factories.earning import GROUPS, make_bill, make_book, make_rule
from tests.support.clocks import MORNING

ROUND = {"down": floor, "up": ceil, "half-up": lambda exact: floor(exact + Fraction(1, 2))}
FIRST_RULE = make_book(make_rule("purchase"))


def given_by(book, event, **parts):
    return {one.rule.code: one.granted for one in assess(book, event, **parts).contributions}


@given(st.integers(0, 10**11), st.integers(0, 100_000))
def test_the_first_rule_gives_one_point_a_yuan_by_the_tiers_rate_rounded_down_once(fen, multiplier):
    exact = Fraction(fen, 100) * Fraction(multiplier, 10_000)
    assert assess(FIRST_RULE, make_bill(fen, multiplier=multiplier)).points == floor(exact)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.integers(10_000, 30_000))
def test_how_a_bill_is_cut_into_lines_does_not_matter(amounts, multiplier):
    whole = assess(FIRST_RULE, make_bill(sum(amounts), multiplier=multiplier)).points
    assert assess(FIRST_RULE, make_bill(*amounts, multiplier=multiplier)).points == whole


def plainly(book, event):
    """What a book without limits gives, written the other way round: place by place."""
    tried = (fit(rule, event, event.amounts) for rule in book.rules)
    fits = {one.rule.code: one for one in tried if one.unmet is None}
    total = 0
    for group in (one for one in book.groups if one.kind == "points"):
        mine = [fits[rule.code] for rule in book.rules if rule.group == group.code and rule.code in fits]
        exact = Fraction(0)
        for place in (*range(len(event.lines)), None):
            worth = [w for w in (worth_at(one, event, place) for one in mine) if w is not None]
            value = (max(worth) if group.stacking == "best" else sum(worth)) if worth else Fraction(0)
            if group.scaled:
                value *= Fraction(event.multiplier, 10_000) * prod(
                    factor(other, fits.values(), place) for other in book.groups if other.kind == "multiplier"
                )
            exact += value
        total += ROUND[group.rounding](exact)
    return total


def worth_at(tried, event, place):
    effect = tried.rule.effect
    if effect.per_yuan is not None:
        return Fraction(event.lines[place].amount_fen * effect.per_yuan, 10**6) if place in tried.lines else None
    return Fraction(effect.fixed) if place is None else None


def factor(group, fits, place):
    acting = [
        Fraction(one.rule.effect.multiplier, 10_000)
        for one in fits
        if one.rule.group == group.code
        and (place in one.lines or (place is None and not one.rule.conditions.choose_lines))
    ]
    if group.stacking == "add":
        return 1 + sum(rate - 1 for rate in acting)
    return max(acting, default=Fraction(1)) if group.stacking == "best" else prod(acting, start=Fraction(1))


@given(books(limits=False), bills())
def test_without_limits_all_adds_up_to_the_exact_product_rounded_once_a_group(book, bill):
    assert assess(book, bill).points == plainly(book, bill)


@given(definitions(), bills(), st.integers(0, 10**6), st.dictionaries(st.integers(0, 7), st.integers(0, 300)))
def test_the_order_of_rules_and_lines_changes_nothing(definition, bill, seed, room):
    """P1: the same event, the same rules, the same effects."""
    rooms = {f"r-{number}": points for number, points in room.items()}
    luck = Random(seed)
    rules, lines = list(definition["rules"]), list(bill.lines)
    luck.shuffle(rules)
    luck.shuffle(lines)
    book = EarningBook.model_validate(definition)
    first = assess(book, bill, rooms=rooms)
    assert assess(EarningBook.model_validate({**definition, "rules": rules}), bill, rooms=rooms) == first
    other = Event("purchase", MORNING, multiplier=bill.multiplier, lines=tuple(lines))
    assert assess(book, other, rooms=rooms).contributions == first.contributions


@given(books(), bills(), st.dictionaries(st.integers(0, 7), st.integers(0, 300)))
def test_limits_are_kept_and_cut_nobody_else_short(book, bill, room):
    rooms = {f"r-{number}": points for number, points in room.items()}
    for one in assess(book, bill, rooms=rooms).contributions:
        if one.rule.limited:
            assert 0 <= one.granted == min(one.wanted, rooms.get(one.rule.code, one.wanted))
        else:
            assert 0 <= one.granted == one.wanted


@given(books(), bills(), st.dictionaries(st.integers(0, 7), st.integers(0, 300)), st.data())
def test_keeping_less_is_never_worth_more_and_never_costs_a_limit_more(book, bill, room, data):
    """Whatever is returned first: this is what makes refunds independent of how they are cut up (L10)."""
    rooms = {f"r-{number}": points for number, points in room.items()}
    before = assess(book, bill, rooms=rooms)
    for kept in data.draw(shrinking(bill.amounts)):
        after = assess(book, bill, kept=kept, rooms=rooms)
        assert after.points <= before.points
        given = {one.rule.code: one.granted for one in before.contributions}
        for one in after.contributions:
            if one.rule.limited:
                assert one.granted <= given[one.rule.code]
        before = after


def test_ten_yuan_a_point_forgets_no_point_when_ten_times_one_yuan_comes_back():
    book, bill = make_book(make_rule("slow", effect={"per_yuan": 1_000})), make_bill(1_000)
    worth = [assess(book, bill, kept=(left,)).points for left in range(1_000, -1, -100)]
    assert worth == [1, *[0] * 10]


def test_scaled_groups_are_multiplied_and_others_are_not():
    book = make_book(
        make_rule("a"),
        make_rule("b", "gift", effect={"fixed": 10}),
        make_rule("x2", "bonus", effect={"multiplier": 20_000}),
    )
    assert given_by(book, make_bill(10_000, multiplier=15_000)) == {"a": 150, "b": 10, "x2": 150}


def test_what_is_fixed_is_multiplied_by_what_holds_for_the_whole_bill_only():
    book = make_book(
        make_rule("a", effect={"fixed": 10}),
        make_rule("all", "season", effect={"multiplier": 30_000}),
        make_rule("brand", "season", effect={"multiplier": 20_000}, conditions={"brands": ["A"]}),
    )
    assert given_by(book, make_bill((100, "A"))) == {"a": 10, "all": 20, "brand": 0}


def test_multipliers_of_one_group_stack_as_it_says():
    def book(group):
        rates = {"x2": 20_000, "x3": 30_000}
        doubled = [make_rule(code, group, effect={"multiplier": rate}) for code, rate in rates.items()]
        return make_book(make_rule("a"), *doubled)

    bill = make_bill(10_000)
    assert given_by(book("bonus"), bill) == {"a": 100, "x2": 0, "x3": 200}
    assert given_by(book("season"), bill) == {"a": 100, "x2": 100, "x3": 400}
    assert given_by(book("sum"), bill) == {"a": 100, "x2": 100, "x3": 200}


def test_groups_of_multipliers_multiply_one_another():
    rules = [make_rule(code, code, effect={"multiplier": 20_000}) for code in ("bonus", "season", "sum")]
    assert assess(make_book(make_rule("a"), *rules), make_bill(10_000)).points == 800


def test_each_line_goes_to_the_best_multiplier_for_it():
    book = make_book(
        make_rule("a"),
        make_rule("x2", "bonus", effect={"multiplier": 20_000}),
        make_rule("x3", "bonus", effect={"multiplier": 30_000}, conditions={"brands": ["A"]}),
    )
    assert given_by(book, make_bill((10_000, "A"), (10_000, "B"))) == {"a": 200, "x2": 100, "x3": 200}


def test_each_line_goes_to_the_best_rule_and_what_its_limit_leaves_falls_to_the_next():
    book = make_book(
        make_rule("best", "pick", effect={"per_yuan": 20_000}, caps={"day": 50}),
        make_rule("plain", "pick"),
    )
    bill = make_bill(10_000)
    assert given_by(book, bill) == {"best": 200, "plain": 0}
    assert given_by(book, bill, rooms={"best": 50}) == {"best": 50, "plain": 75}
    assert given_by(book, bill, rooms={"best": 0}) == {"best": 0, "plain": 100}


def test_a_line_that_must_not_earn_earns_nothing():
    book = make_book(
        make_rule("a"),
        make_rule("x2", "bonus", effect={"multiplier": 20_000}),
        make_rule("no-gold", "season", effect={"multiplier": 0}, conditions={"brands": ["A"]}),
    )
    assert given_by(book, make_bill((50_000, "A"), (10_000, "B"))) == {"a": 100, "x2": 100, "no-gold": 0}


def test_parts_that_are_no_whole_points_add_up_to_the_whole():
    halves = [make_rule(code, effect={"per_yuan": 5_000}) for code in ("a", "b", "c")]
    assert given_by(make_book(*halves), make_bill(100)) == {"a": 0, "b": 1, "c": 0}
    assert assess(make_book(*halves), make_bill(100)).points == 1


@pytest.mark.parametrize(("rounding", "points"), [("down", 1), ("half-up", 2), ("up", 2)])
def test_a_group_rounds_as_it_says(rounding, points):
    groups = [{**GROUPS[0], "rounding": rounding}]
    assert assess(make_book(make_rule("a"), groups=groups), make_bill(150)).points == points


def test_a_threshold_is_asked_of_what_is_kept_and_an_upper_limit_of_what_was_bought():
    book = make_book(
        make_rule("from", "gift", effect={"fixed": 10}, conditions={"min_amount_fen": 10_000}),
        make_rule("to", "gift", effect={"fixed": 5}, conditions={"max_amount_fen": 15_000}),
    )
    assert given_by(book, make_bill(10_000)) == {"from": 10, "to": 5}
    assert given_by(book, make_bill(10_000), kept=(9_999,)) == {"to": 5}
    assert given_by(book, make_bill(15_001), kept=(1,)) == {}


def test_when_the_best_no_longer_holds_the_next_best_does():
    book = make_book(
        make_rule("much", "pick", effect={"per_yuan": 20_000}, conditions={"min_amount_fen": 10_000}),
        make_rule("plain", "pick"),
    )
    assert given_by(book, make_bill(15_000)) == {"much": 300, "plain": 0}
    assert given_by(book, make_bill(15_000), kept=(9_000,)) == {"plain": 90}


def test_what_an_activity_reckoned_itself_is_given_by_its_rate():
    book = make_book(make_rule("visit", "gift", effect={"base": 15_000}, trigger="check-in"))
    assert assess(book, Event("check-in", MORNING, base_points=7)).points == 10


def test_other_triggers_and_an_empty_bill_give_nothing():
    assert assess(FIRST_RULE, Event("check-in", MORNING, base_points=7)).fits == ()
    assert assess(FIRST_RULE, Event("purchase", MORNING, lines=(EventLine(0),))).contributions == ()
