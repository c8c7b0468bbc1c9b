from backend.tiers.book import TierBook
from backend.tiers.offers import tier_at_rank, tiers_of
from tests.factories.tiers import definition, tier

BOOK = TierBook.model_validate(
    definition(
        tier("silver", {"any": [{"growth": 50}, {"growth": 40}, {"friends": 2}]}, benefits={"price": 9_800}),
        tier("gold", {"all": [{"growth": 90}, {"friends": 2}]}, benefits={"parking_minutes": 60}),
    )
)


def test_a_tier_shows_what_it_gives_and_the_growth_value_that_alone_leads_there():
    assert [(tier.code, tier.rank, tier.growth, tier.price) for tier in tiers_of(BOOK)] == [
        ("basic", 0, 0, 10_000),
        ("silver", 1, 40, 9_800),
        ("gold", 2, None, 10_000),
    ]
    assert tier_at_rank(BOOK, 2).benefits.parking_minutes == 60
