"""What coupons take off, against plain figures, and what holds whatever the bill and the coupons are."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.coupons.pricing import price, together
from backend.kit.errors import DomainError
from tests.backend.coupons.tickets import bill, cash, fixed, line, percent, ticket

ANY = {"stacking": {"others": "any"}}


def coats(amount, **parts):
    return line(amount, category="coats", **parts)


def off(told, *tickets):
    """What is left to pay and what each coupon takes off each line, in their turns."""
    priced = price(told, tickets)
    return sum(priced.costs), [use.shares for use in priced.uses]


def code_of(told, *tickets):
    with pytest.raises(DomainError) as refused:
        price(told, tickets)
    return refused.value.code


@pytest.mark.parametrize(
    ("told", "coupon", "left", "shares"),
    [
        (bill(10_000, 5_000), cash(3_000), 12_000, (2_000, 1_000)),
        (bill(100, 100, 100), cash(100), 200, (34, 33, 33)),
        (bill(2_000), cash(3_000), 0, (2_000,)),
        (bill(30_000), cash(5_000, 30_000), 25_000, (5_000,)),
        (bill(65_000), cash(5_000, 30_000, every=True), 55_000, (10_000,)),
        (bill(999), percent(8_500), 849, (150,)),
        (bill(99_900), percent(5_000, most=10_000), 89_900, (10_000,)),
        (bill(coats(9_000, qty=3), 9_500), fixed(990), 9_990, (0, 8_510)),
        (bill(coats(9_000, qty=3)), fixed(990), 6_990, (2_010,)),
        (bill(coats(8_000), 2_000), cash(500, scope={"goods": {"categories": ["coats"]}}), 9_500, (500, 0)),
        (bill(10_000, price=9_500), percent(9_000), 8_550, (950,)),
        (bill(10_000, price=9_500), cash(600, stacking={"member_price": False}), 9_400, (600,)),
        (bill(0, 700), cash(700), 0, (0, 700)),
    ],
)
def test_one_coupon(told, coupon, left, shares):
    assert off(told, coupon) == (left, [shares])


def test_the_example_of_the_docstring():
    told = bill(coats(20_000), 10_000, price=9_500)
    clothes = percent(9_000, template="A", scope={"goods": {"categories": ["coats"]}}, **ANY)
    everything = cash(5_000, 28_000, template="B", **ANY)
    assert off(told, everything, clothes) == (21_600, [(1_900, 0), (3_214, 1_786)])


@pytest.mark.parametrize(
    ("told", "coupon", "code", "missing"),
    [
        (bill(29_999), cash(5_000, 30_000), "coupons.below-threshold", 1),
        (bill(30_000, price=9_500), cash(5_000, 30_000), "coupons.below-threshold", 1_500),
        (bill(30_000), cash(1, scope={"goods": {"brands": ["A"]}}), "coupons.no-goods", None),
        (bill(0), cash(1), "coupons.nothing-off", None),
        (bill(900), fixed(900), "coupons.nothing-off", None),
        (bill(1), percent(9_999, most=1), None, None),
        (bill(900), ticket({"kind": "gift", "what": "杯子"}), "coupons.not-for-bills", None),
        (bill(900, points=True), cash(1, stacking={"points": False}), "coupons.no-points", None),
        (bill(900, store="X"), cash(1, scope={"stores": ["HQ"]}), "coupons.wrong-store", None),
    ],
)
def test_why_one_is_refused(told, coupon, code, missing):
    if code is None:
        assert off(told, coupon) == (0, [(1,)])
        return
    with pytest.raises(DomainError) as refused:
        price(told, [coupon])
    assert (refused.value.code, refused.value.details.get("missing_fen")) == (code, missing)
    assert "「券T」" in refused.value.detail


def test_coupons_of_one_template_share_the_amount():
    twice = {"stacking": {"same": 2}}
    first, second = cash(5_000, 30_000, **twice), cash(5_000, 30_000, **twice)
    assert off(bill(60_000), first, second)[0] == 50_000
    assert code_of(bill(59_999), first, second) == "coupons.below-threshold"
    assert code_of(bill(90_000), first, second, cash(5_000, 30_000, **twice)) == "coupons.not-together"
    pieces = fixed(100, **twice), fixed(100, **twice)
    assert off(bill(line(1_000, qty=2)), *pieces) == (200, [(400,), (400,)])
    assert code_of(bill(1_000), *pieces) == "coupons.nothing-off"
    assert code_of(bill(60_000), first, first) == "coupons.named-twice"


def test_thresholds_of_different_templates_do_not_see_one_another():
    ten, twenty = cash(1_000, 10_000, template="A", **ANY), cash(2_000, 10_000, template="B", **ANY)
    assert off(bill(10_000), ten, twenty)[0] == 7_000


@pytest.mark.parametrize(
    ("one", "other", "allowed"),
    [("none", "any", False), ("any", "any", True), (["B"], ["A"], True), (["B"], ["C"], False), (["C"], "any", False)],
)
def test_two_go_together_where_each_allows_the_other(one, other, allowed):
    pair = cash(1, template="A", stacking={"others": one}), cash(1, template="B", stacking={"others": other})
    assert together(*pair) is together(*reversed(pair)) is allowed
    if not allowed:
        assert code_of(bill(100), *pair) == "coupons.not-together"


LINES = st.builds(
    line, st.integers(0, 50_000), st.integers(1, 3), category=st.sampled_from(["coats", "shoes"]), brand=st.none()
)
SCOPE = st.sampled_from([{}, {"goods": {"categories": ["coats"]}}, {"without": {"categories": ["coats"]}}])
STACKING = st.fixed_dictionaries({"others": st.just("any"), "same": st.just(2), "member_price": st.booleans()})
PARTS = {"scope": SCOPE, "stacking": STACKING, "template": st.sampled_from("ABC"), "days": st.integers(1, 3)}
TICKETS = st.one_of(
    st.builds(cash, st.integers(1, 5_000), st.sampled_from([0, 5_000, 20_000]), every=st.just(False), **PARTS),
    st.builds(percent, st.integers(0, 9_999), most=st.none() | st.integers(1, 9_000), **PARTS),
    st.builds(fixed, st.integers(0, 9_000), **PARTS),
)
BILLS = st.builds(
    lambda lines, rate: bill(*lines, price=rate),
    st.lists(LINES, min_size=1, max_size=4),
    st.sampled_from([9_500, 10_000]),
)


@settings(max_examples=60)
@given(told=BILLS, tickets=st.lists(TICKETS, max_size=4))
def test_whatever_is_taken_off_adds_up_in_any_order(told, tickets):
    def outcome(ordered):
        try:
            return price(told, ordered)
        except DomainError as refused:
            return refused.code, refused.details

    found = outcome(tickets)
    assert all(outcome(list(order)) == found for order in permutations(tickets))
    if isinstance(found, tuple):
        return
    before = told.member_costs if found.member_price else told.amounts
    assert found.coupon_fen == sum(before) - sum(found.costs) == sum(found.shares)
    assert all(0 <= cost <= full for cost, full in zip(found.costs, before, strict=True))
    for use in found.uses:
        assert min(use.shares) >= 0
        assert 0 < use.discount_fen <= use.goods_fen
