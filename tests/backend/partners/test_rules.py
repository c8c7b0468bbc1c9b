from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.partners import rules
from backend.partners.errors import AmountRefused, DirectionClosed, PartnerRefused, ReasonRefused, TermsRefused
from backend.partners.rules import IN, OUT, exchanged
from config import policy
from tests.factories.partners import terms


@given(rate=st.integers(1, 1_000_000), points=st.integers(1, 10**9))
def test_what_points_become_is_rounded_down_and_never_more(rate, points):
    way = terms(rate=rate, least=1, step=1)
    worth = points * rate // 10_000
    if not worth:
        with pytest.raises(AmountRefused):
            exchanged(way, IN, points)
        return
    found = exchanged(way, IN, points)
    assert found.taken == worth
    assert found.taken * 10_000 <= points * rate < (found.taken + 1) * 10_000


def test_our_side_is_what_comes_in_and_what_goes_out():
    assert exchanged(terms(), IN, 100).ours == 50
    assert exchanged(terms(), OUT, 100).ours == 100


@pytest.mark.parametrize("points", [0, -10, 9, 15, 2 * 10**9])
def test_points_below_the_least_or_off_the_step_are_refused(points):
    with pytest.raises(AmountRefused):
        exchanged(terms(), IN, points)


def test_a_rate_of_nothing_closes_a_way():
    with pytest.raises(DirectionClosed):
        exchanged(terms(rate=0), OUT, 100)


def test_money_is_rounded_down():
    assert rules.fen_of(199, 100) == 1
    assert rules.fen_of(99, 100) == 0


@pytest.mark.parametrize("part", [{"rate": -1}, {"least": 0}, {"step": 0}, {"member_day": -1}, {"price": 10**10}])
def test_terms_that_cannot_be_are_named(part):
    with pytest.raises(TermsRefused) as refused:
        rules.checked_way(terms(**part), "in")
    assert refused.value.detail.endswith(f"in.{next(iter(part))}")


@pytest.mark.parametrize(
    ("code", "name", "url", "what"),
    [
        ("Cinema", "影院", "https://a.example", "code"),
        ("", "影院", "https://a.example", "code"),
        ("cinema", " ", "https://a.example", "name"),
        ("cinema", "影院", "ftp://a.example", "base_url"),
        ("cinema", "影院", "https://me@a.example", "base_url"),
        ("cinema", "影院", "https://a.example/?q=1", "base_url"),
        ("cinema", "影院", "https://[", "base_url"),
        ("cinema", "影院", f"https://a.example/{'a' * 200}", "base_url"),
    ],
)
def test_a_partner_that_cannot_be_is_told_what(code, name, url, what):
    with pytest.raises(PartnerRefused) as refused:
        rules.checked_partner(code, name, url)
    assert refused.value.details == {"what": what}


def test_an_address_loses_its_last_slashes():
    assert rules.checked_partner("cinema", " 影院 ", "https://a.example/v1/") == (
        "cinema",
        "影院",
        "https://a.example/v1",
    )


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\nb"])
def test_a_reason_is_some_words(reason):
    with pytest.raises(ReasonRefused):
        rules.checked_reason(reason)


def test_names_and_codes_are_long_enough_not_to_be_guessed():
    rng = Random(1)
    assert len(rules.alias(rng)) == 33
    assert rules.alias(rng) != rules.alias(rng)
    assert len(rules.link_code(rng)) == 10


@given(tries=st.integers(0, 1000), seed=st.integers(0, 99))
def test_pauses_grow_up_to_the_longest_and_are_never_less_than_half(tries, seed):
    whole = min(policy.PARTNER_LONGEST_PAUSE, policy.PARTNER_FIRST_PAUSE * 2 ** min(tries, 20))
    assert whole / 2 - timedelta(milliseconds=1) <= rules.pause(tries, Random(seed)) <= whole
