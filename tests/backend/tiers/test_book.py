from datetime import date

import pytest

from backend.tiers.book import TierBook, growth_for
from backend.tiers.instants import FOREVER
from tests.factories.tiers import definition, midnight, tier

GOLDEN = {"any": [{"spent_in_a_day_fen": 80_000}, {"spent_fen": 200_000, "days": 30}]}


def book(*tiers, **parts):
    return TierBook.model_validate(definition(*tiers, **parts))


def test_the_example_of_the_issue_is_data():
    gold = book(tier("gold", GOLDEN)).rules_of("gold")
    assert gold.qualify.model_dump() == {
        "any": [{"spent_in_a_day_fen": 80_000, "days": 1}, {"spent_fen": 200_000, "days": 30}]
    }


def test_a_stored_book_is_what_was_read():
    read = book(tier("gold", {"all": [{"growth": 5}, {"any": [{"friends": 2, "tier": "gold"}, {"manual": True}]}]}))
    assert TierBook.model_validate(read.model_dump()) == read


@pytest.mark.parametrize(
    ("validity", "day", "end"),
    [
        ({"months": 1}, date(2026, 1, 31), midnight("2026-03-01")),
        ({"months": 12}, date(2026, 3, 1), midnight("2027-03-02")),
        ("year-end", date(2026, 3, 1), midnight("2028-01-01")),
        ("year-end", date(2026, 12, 31), midnight("2028-01-01")),
        ("forever", date(2026, 3, 1), FOREVER),
    ],
)
def test_a_validity_ends_with_a_shop_day(validity, day, end):
    assert book(tier("gold", GOLDEN, validity=validity)).rules_of("gold").good_until(day) == end


def test_tiers_have_their_places_and_old_codes_those_of_what_replaced_them():
    found = book(tier("silver", {"growth": 1}), tier("gold", GOLDEN), replaced={"black": "gold"})
    assert [found.rank(code) for code in ("basic", "silver", "gold", "black", "unheard")] == [0, 1, 2, 2, 0]
    assert found.code_now("black") == "gold"


def test_what_keeps_a_tier_is_its_own_rule_or_qualifying_anew():
    found = book(tier("gold", GOLDEN, keep={"purchases": 1, "days": 9}), tier("black", {"growth": 9}))
    assert [len(one.ways_to_keep) for one in found.tiers] == [0, 2, 1]


def test_growth_value_is_rounded_down_once():
    assert [growth_for(fen, 15_000) for fen in (0, 66, 67, 199, 200)] == [0, 0, 1, 2, 3]
