from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.money import spread, yuan

totals = st.integers(0, 10**12)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=50)


@given(totals, weights)
def test_parts_add_up_and_each_is_within_one_of_its_exact_share(total, weights):
    parts = spread(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0
    if sum(weights):
        exact = [Fraction(total * weight, sum(weights)) for weight in weights]
        assert all(abs(part - share) < 1 for part, share in zip(parts, exact, strict=True))


@given(totals, weights)
def test_who_weighs_nothing_gets_nothing_and_who_weighs_more_never_less(total, weights):
    parts = spread(total, weights)
    if sum(weights):
        assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)
        by_weight = sorted(zip(weights, parts, strict=True))
        for (light, small), (heavy, large) in pairwise(by_weight):
            assert light == heavy or small <= large


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any), st.integers(1, 10**4))
def test_what_divides_evenly_is_divided_evenly(weights, times):
    """Nothing is lost on the way, as it would be through a float."""
    assert spread(sum(weights) * times, weights) == [weight * times for weight in weights]


def test_equal_remainders_go_to_the_earlier_part():
    assert spread(10, [1, 1, 1]) == [4, 3, 3]
    assert spread(2, [1, 1, 1]) == [1, 1, 0]


def test_where_all_weigh_nothing_the_first_takes_it():
    assert spread(7, [0, 0]) == [7, 0]


@pytest.mark.parametrize(("total", "weights"), [(1, []), (-1, [1]), (1, [2, -1])])
def test_what_cannot_be_spread_is_refused(total, weights):
    with pytest.raises(ValueError, match="spread"):
        spread(total, weights)


@pytest.mark.parametrize(
    ("fen", "shown"), [(123456, "¥1234.56"), (5, "¥0.05"), (0, "¥0.00"), (-123456, "-¥1234.56"), (-5, "-¥0.05")]
)
def test_amounts_as_people_read_them(fen, shown):
    assert yuan(fen) == shown
