import pytest

from backend.tiers.book import TierBook
from backend.tiers.contradictions import easier
from tests.factories.tiers import definition, tier


def found(lower, higher):
    book = TierBook.model_validate(definition(tier("silver", lower), tier("gold", higher)))
    return list(easier(book.tiers[2], book.tiers[1], book))


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ({"growth": 100}, {"growth": 100}),
        ({"growth": 100}, {"growth": 99}),
        ({"spent_fen": 100, "days": 30}, {"spent_fen": 100, "days": 60}),
        ({"spent_in_a_day_fen": 100}, {"spent_fen": 100, "days": 30}),
        ({"friends": 3, "tier": "silver"}, {"friends": 3}),
        ({"growth": 100}, {"any": [{"growth": 900}, {"growth": 50}]}),
        ({"all": [{"growth": 100}, {"friends": 3}]}, {"growth": 100}),
    ],
)
def test_a_higher_tier_that_is_no_harder_is_found(lower, higher):
    assert found(lower, higher)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ({"growth": 100}, {"growth": 101}),
        ({"spent_fen": 100, "days": 30}, {"spent_fen": 100, "days": 7}),
        ({"friends": 3}, {"friends": 3, "tier": "silver"}),
        ({"growth": 100}, {"all": [{"growth": 100}, {"friends": 1}]}),
        ({"growth": 100}, {"manual": True}),
    ],
)
def test_a_harder_one_is_not(lower, higher):
    assert found(lower, higher) == []
