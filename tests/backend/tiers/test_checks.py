"""What of a book of tiers cannot be meant is refused when it is saved, all of it at once (T4)."""

import pytest

from backend import tiers
from backend.tiers.checks import BookRefused, checked
from tests.factories.tiers import definition, tier


@pytest.mark.parametrize(
    ("book", "told"),
    [
        (definition(tier("gold", {"growth": 100}), tier("gold", {"growth": 200})), "gold"),
        (definition(tier("silver", {"growth": 200}), tier("gold", {"growth": 100})), "growth=100"),
        (definition(tier("gold")), "gold"),
        (definition(tier("gold", {"friends": 3, "tier": "platinum"})), "platinum"),
        (definition(tier("gold", {"growth": 0})), "growth"),
        (definition(tier("gold", {"growth": 100}, discount=9_000)), "discount"),
        ({"tiers": []}, "tiers"),
        ({}, "tiers"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(book, told):
    with pytest.raises(BookRefused) as refusal:
        checked(book)
    assert told in refusal.value.detail


def test_all_that_is_wrong_is_told_at_once():
    book = definition(tier("gold", {"growth": -1}, grace_days=999), tier("Black!", {"growth": 5}))
    with pytest.raises(BookRefused) as refusal:
        checked(book)
    assert refusal.value.detail.count("；") >= 2


def test_a_good_book_is_read():
    golden = {"any": [{"spent_in_a_day_fen": 80_000}, {"spent_fen": 200_000, "days": 30}]}
    assert [one.code for one in tiers.checked(definition(tier("gold", golden))).tiers] == ["basic", "gold"]
