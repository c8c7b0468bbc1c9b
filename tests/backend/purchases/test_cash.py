from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.kit.errors import DomainError
from backend.purchases import cash
from backend.purchases.cash import CashBook, Overrides, Terms, agree, check_number, checked, usable, worth

FIRST = {"enabled": True, "points_per_yuan": 100, "min_points": 100, "step": 100, "max_share": 5_000, "tiers": {}}
TERMS = checked(FIRST).terms("basic")


@st.composite
def terms(draw):
    per_yuan, steps = draw(st.integers(1, 1_000)), draw(st.integers(1, 5))
    step = per_yuan * draw(st.integers(1, 20)) if draw(st.booleans()) else draw(st.integers(1, 500))
    assume(step * 100 % per_yuan == 0)
    return Terms(
        enabled=True,
        points_per_yuan=per_yuan,
        min_points=step * steps,
        step=step,
        max_share=draw(st.integers(0, 10_000)),
    )


def refused(definition):
    with pytest.raises(cash.CashBookRefused) as refusal:
        checked(definition)
    return refusal.value.detail


def test_the_first_book_takes_a_hundred_points_for_a_yuan():
    assert worth(TERMS, 100) == 100
    assert agree(TERMS, 5_000, bill_fen=10_000) == 5_000


def test_a_tier_may_have_other_terms():
    book = checked(FIRST | {"tiers": {"gold": {"max_share": 10_000, "points_per_yuan": 50, "step": 50}}})
    assert book.terms("silver") == Terms(**{name: FIRST[name] for name in Terms.model_fields})
    gold = book.terms("gold")
    assert (gold.max_share, gold.points_per_yuan, gold.min_points) == (10_000, 50, 100)
    assert worth(gold, 100) == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"points_per_yuan": 0}, "points_per_yuan"),
        ({"points_per_yuan": 3, "step": 1}, "whole fen"),
        ({"min_points": 150}, "multiple of the step"),
        ({"step": 0}, "step"),
        ({"step": 1.5}, "step"),
        ({"max_share": 10_001}, "max_share"),
        ({"max_share": "5000"}, "max_share"),
        ({"share": 1}, "share"),
        ({"tiers": {"gold": {"step": 70}}}, "multiple of the step"),
        ({"tiers": {"gold": {"points_per_yuan": 0}}}, "tiers.gold.points_per_yuan"),
        ({"tiers": {"GOLD!": {}}}, "tiers"),
        ({"tiers": {"gold": {"rate": 1}}}, "tiers.gold.rate"),
    ],
)
def test_a_book_that_says_something_else_is_refused_with_the_place(change, words):
    assert words in refused(FIRST | change)


def test_a_book_without_a_part_is_refused():
    for name in Terms.model_fields:
        assert name in refused({key: value for key, value in FIRST.items() if key != name})


@pytest.mark.parametrize(
    ("points", "bill_fen", "code"),
    [
        (150, 10**6, "points.cash-step"),
        (0, 10**6, "points.cash-minimum"),
        (100, 199, "points.cash-bill-too-small"),
        (200, 399, "points.cash-share"),
    ],
)
def test_what_may_not_be_used_is_refused_by_name(points, bill_fen, code):
    with pytest.raises(DomainError) as refusal:
        agree(TERMS, points, bill_fen=bill_fen)
    assert refusal.value.code == code


def test_a_tier_may_be_left_out():
    closed = checked(FIRST | {"tiers": {"basic": {"enabled": False}}}).terms("basic")
    for refuse in (lambda: agree(closed, 100, bill_fen=10**6), lambda: check_number(closed, 100)):
        with pytest.raises(cash.CashOff):
            refuse()
    assert usable(closed, bill_fen=10**6, available=10**6).points == 0


@pytest.mark.parametrize(
    ("bill_fen", "available", "points", "code"),
    [
        (10_000, 99, 0, "points.cash-minimum"),
        (199, 1_000, 0, "points.cash-bill-too-small"),
        (200, 1_000, 100, "points.cash-share"),
        (10_000, 1_050, 1_000, "points.cash-step"),
        (10_000, 1_000, 1_000, None),
        (10_000, 5_000, 5_000, None),
        (10_000, 5_100, 5_000, "points.cash-share"),
    ],
)
def test_the_most_is_told_with_the_reason_why_it_is_not_all(bill_fen, available, points, code):
    found = usable(TERMS, bill_fen=bill_fen, available=available)
    assert (found.points, found.why_fewer and found.why_fewer.code) == (points, code)


def test_reasons_are_words_for_the_member():
    assert usable(TERMS, bill_fen=200, available=1_000).why_fewer.detail == "本单最多使用 100 积分"
    assert usable(TERMS, bill_fen=200, available=0).why_fewer.detail == "每单至少使用 100 积分"


@given(terms(), st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_most_is_agreed_to_and_a_step_more_is_not(terms, bill_fen, available):
    found = usable(terms, bill_fen=bill_fen, available=available)
    assert 0 <= found.points <= available
    if found.points:
        paid = agree(terms, found.points, bill_fen=bill_fen)
        assert paid == Fraction(found.points * 100, terms.points_per_yuan)
        assert paid * 10_000 <= bill_fen * terms.max_share
    more = max(found.points + terms.step, terms.min_points)
    if more <= available:
        with pytest.raises(DomainError):
            agree(terms, more, bill_fen=bill_fen)
    assert found.why_fewer or found.points == available > 0


@given(terms(), st.integers(0, 10**6), st.integers(0, 10**7))
def test_what_is_agreed_to_is_within_what_is_usable(terms, points, bill_fen):
    try:
        agree(terms, points, bill_fen=bill_fen)
    except DomainError:
        return
    assert points <= usable(terms, bill_fen=bill_fen, available=points).points


def test_overrides_name_what_terms_name():
    assert set(Overrides.model_fields) == set(Terms.model_fields) == set(CashBook.model_fields) - {"tiers"}
