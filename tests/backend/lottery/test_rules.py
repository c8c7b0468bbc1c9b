import hashlib
import hmac
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.lottery import rules
from backend.lottery.rules import WHOLE, commitment, first_fair, phase, place_of, roll
from tests.support.clocks import MORNING

SEED = bytes(range(32))
DRAW, PLAYER = 7_001, 9_000_000_001
ROLLS, BINS = 100_000, 100
ONE_IN_A_THOUSAND = 148.23  # the value that chi-squared with 99 degrees of freedom passes with that chance
CLOSES = MORNING + timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def chi_squared(counts, expected):
    return sum((count - share) ** 2 / share for count, share in zip(counts, expected, strict=True))


@pytest.fixture(scope="module")
def rolls():
    """Those of a thousand players, a hundred plays each."""
    return [roll(SEED, DRAW, PLAYER + number // 100, number % 100 + 1) for number in range(ROLLS)]


def test_every_number_is_as_likely_as_any_other(rolls):
    counts = [0] * BINS
    for one in rolls:
        counts[one * BINS // WHOLE] += 1
    assert chi_squared(counts, [ROLLS / BINS] * BINS) < ONE_IN_A_THOUSAND


def test_the_last_digits_are_as_even(rolls):
    counts = [0] * BINS
    for one in rolls:
        counts[one % BINS] += 1
    assert chi_squared(counts, [ROLLS / BINS] * BINS) < ONE_IN_A_THOUSAND


def test_a_lean_of_a_hundredth_would_be_seen(rolls):
    """The negative control of both."""
    counts = [0] * BINS
    for number, one in enumerate(rolls):
        counts[0 if number % 100 == 0 else one % BINS] += 1
    assert chi_squared(counts, [ROLLS / BINS] * BINS) > ONE_IN_A_THOUSAND


def test_prizes_come_as_often_as_their_odds_say(rolls):
    odds = (100, 900, 9_000, 40_000, 250_000, 700_000)
    counts = [0] * len(odds)
    for one in rolls:
        counts[place_of(odds, one)] += 1
    assert chi_squared(counts, [ROLLS * share / WHOLE for share in odds]) < 20.52  # one in a thousand, 5 degrees


def test_a_roll_is_what_the_published_formula_says():
    """Reckoned by the sentence of the docstring and none of the product's code."""
    for no in (1, 2, 3):
        said = hmac.new(SEED, f"{DRAW}:{PLAYER}:{no}:0".encode(), hashlib.sha256).digest()
        assert roll(SEED, DRAW, PLAYER, no) == int.from_bytes(said[:8], "big") % 1_000_000
    assert [roll(SEED, DRAW, PLAYER, no) for no in (1, 2, 3)] == [444_416, 828_665, 769_024]


def test_what_would_favour_a_remainder_is_not_taken():
    whole_words = 2**64
    assert rules.FAIR_BELOW % WHOLE == 0
    assert whole_words - WHOLE < rules.FAIR_BELOW <= whole_words
    assert first_fair([rules.FAIR_BELOW, whole_words - 1, rules.FAIR_BELOW - 1, 5]) == rules.FAIR_BELOW - 1


def test_every_part_of_the_input_counts():
    one = roll(SEED, DRAW, PLAYER, 1)
    others = {roll(SEED[::-1], DRAW, PLAYER, 1), roll(SEED, DRAW + 1, PLAYER, 1), roll(SEED, DRAW, PLAYER + 1, 1)}
    assert one not in others | {roll(SEED, DRAW, PLAYER, 2)}
    assert commitment(SEED).hex() == hashlib.sha256(SEED).hexdigest()


@pytest.mark.parametrize(
    ("rolled", "place"), [(0, 0), (9, 0), (10, 1), (499_999, 1), (500_000, 3), (999_998, 3), (999_999, 4)]
)
def test_boundary_rolls(rolled, place):
    """The third prize has no odds at all and is never hit."""
    assert place_of((10, 499_990, 0, 499_999, 1), rolled) == place


@given(st.lists(st.integers(0, WHOLE), max_size=8), st.integers(0, WHOLE - 1))
@settings(max_examples=60)
def test_prizes_lie_side_by_side_and_leave_no_gap(cuts, rolled):
    edges = [0, *sorted(cuts), WHOLE]
    odds = [high - low for low, high in pairwise(edges)]
    place = place_of(odds, rolled)
    assert sum(odds[:place]) <= rolled < sum(odds[: place + 1])


@pytest.mark.parametrize(
    ("status", "at", "expected"),
    [
        ("draft", MORNING, "draft"),
        ("published", MORNING - INSTANT, "announced"),
        ("published", MORNING, "open"),
        ("published", CLOSES - INSTANT, "open"),
        ("published", CLOSES, "closed"),
        ("paused", MORNING, "paused"),
        ("paused", CLOSES, "closed"),
        ("closed", MORNING, "closed"),
        ("cancelled", CLOSES, "cancelled"),
    ],
)
def test_phases_are_exact_to_the_instant(status, at, expected):
    assert phase(status, MORNING, CLOSES, at) == expected
