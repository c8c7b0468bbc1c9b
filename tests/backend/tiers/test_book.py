import pytest
from pydantic import ValidationError

from backend.tiers.book import TierBook, growth_for
from backend.tiers.instants import FOREVER
from tests.backend.tiers.lives import on
from tests.factories.tiers import definition, midnight, tier

BOOK = TierBook.model_validate(
    definition(
        tier("silver", {"growth": 100}, validity={"months": 1}),
        tier("gold", {"growth": 200}, validity="year-end", keep={"purchases": 2, "days": 90}),
        tier("black", {"manual": True}),
        replaced={"platinum": "gold"},
    )
)


@pytest.mark.parametrize(("fen", "value"), [(0, 0), (99, 0), (100, 1), (12_345, 123)])
def test_growth_is_rounded_down_once(fen, value):
    assert growth_for(fen, 10_000) == value


@pytest.mark.parametrize(
    ("code", "end"),
    [("silver", midnight("2026-03-01")), ("gold", midnight("2028-01-01")), ("black", FOREVER)],
)
def test_a_validity_ends_with_a_shop_day(code, end):
    assert BOOK.rules_of(code).good_until(on("2026-01-31")) == end


def test_a_code_of_an_older_book_is_what_replaced_it_and_else_the_lowest():
    assert [BOOK.code_now(code) for code in ("gold", "platinum", "bronze")] == ["gold", "gold", "basic"]
    assert BOOK.rank("platinum") == 2


def test_a_tier_is_kept_by_its_keep_rule_or_by_qualifying_anew():
    assert len(BOOK.rules_of("gold").ways_to_keep) == 2
    assert BOOK.rules_of("basic").ways_to_keep == ()


def test_what_a_book_does_not_know_is_refused():
    with pytest.raises(ValidationError):
        TierBook.model_validate(definition(tier("gold", {"growth": 1}, discount=9_000)))
