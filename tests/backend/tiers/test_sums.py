import pytest

from backend.tiers.book import Gift, TierBook
from backend.tiers.sums import Move, Preview, Sums, Tally, expected
from tests.factories.tiers import definition, tier
from tests.support.clocks import MORNING

OLD = TierBook.model_validate(
    definition(
        tier("silver", {"growth": 10}, benefits={"price": 9_800, "multiplier": 12_000}),
        tier("gold", {"growth": 20}, benefits={"price": 9_500, "multiplier": 15_000}),
    )
)
NEW = TierBook.model_validate(
    definition(
        tier("silver", {"growth": 10}, benefits={"price": 9_700, "multiplier": 12_000}),
        tier("jade", {"growth": 20}, benefits={"price": 9_000, "multiplier": 20_000}),
        replaced={"gold": "jade"},
    )
)


def previewed(*members):
    sums = Sums(OLD, NEW)
    for before, after, spent_fen in members:
        sums.add(before, after, spent_fen, [])
    return sums.preview(2, MORNING)


def test_members_and_spending_by_where_they_come_from_and_go():
    seen = previewed(("basic", "silver", 100), ("basic", "silver", 50), ("silver", "silver", 7))
    assert seen.moves == (Move("basic", "silver", 2, 150), Move("silver", "silver", 1, 7))
    assert seen.members == 3


def test_rises_and_falls_are_of_places_and_not_of_codes():
    seen = previewed(("gold", "jade", 0), ("gold", "silver", 0), ("silver", "jade", 0), ("basic", "jade", 0))
    assert (seen.rising, seen.falling, seen.moved) == (2, 1, 3)


def test_gifts_are_counted_and_added_up():
    sums = Sums(OLD, NEW)
    sums.add("basic", "jade", 0, [Gift(points=50), Gift(points=500)])
    sums.add("basic", "silver", 0, [Gift(points=50)])
    seen = sums.preview(2, MORNING)
    assert (seen.gifts, seen.gift_points) == (3, 600)


@pytest.mark.parametrize(
    ("before", "after", "discount_fen", "extra_points"),
    [
        ("basic", "basic", 0, 0),
        ("basic", "silver", 30_000, 2_000),  # 3% off of 10,000 yuan; a fifth more points
        ("silver", "silver", 10_000, 0),  # the same tier costs a percent more
        ("gold", "jade", 50_000, 5_000),
        ("gold", "silver", -20_000, -3_000),
        ("gold", "basic", -50_000, -5_000),
    ],
)
def test_what_a_year_like_the_last_costs(before, after, discount_fen, extra_points):
    seen = previewed((before, after, 1_000_000))
    assert (seen.discount_fen, seen.extra_points(10_000)) == (discount_fen, extra_points)


def test_costs_are_rounded_once_and_not_for_each_member():
    assert previewed(*[("basic", "silver", 33)] * 1_000).discount_fen == 33 * 1_000 * 300 // 10_000


def test_nobody_costs_nothing():
    seen = previewed()
    assert (seen.members, seen.moves, seen.discount_fen, seen.extra_points(10_000)) == (0, (), 0, 0)


def test_what_is_expected_speaks_the_codes_of_the_new_book():
    moves = (Move("gold", "jade", 4, 0), Move("silver", "jade", 2, 0))
    seen = Preview(2, MORNING, 6, moves, 2, 0, gifts=3, gift_points=30, discount_fen=0, more_multiplied=0)
    tally = expected(seen, NEW)
    assert tally.matrix == {("jade", "jade"): 4, ("silver", "jade"): 2}
    assert (tally.members, tally.gifts, tally.gift_points) == (6, 3, 30)


def test_a_tally_is_stored_and_read_again():
    tally = Tally(gifts=1, gift_points=5)
    tally.add("basic", "silver")
    tally.add("basic", "silver", 2)
    tally.add("silver", "basic")
    assert Tally.of(tally.document()) == tally
    assert tally.members == 4
