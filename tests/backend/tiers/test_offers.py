from backend.tiers.book import TierBook
from backend.tiers.offers import tier_at_rank, tiers_of
from tests.factories.tiers import definition, tier

BOOK = TierBook.model_validate(
    definition(
        tier("silver", {"any": [{"spent_fen": 1, "days": 30}, {"growth": 300}, {"growth": 200}]}),
        tier("gold", {"all": [{"growth": 500}, {"friends": 1}]}, benefits={"price": 9_500, "multiplier": 15_000}),
    )
)


def test_tiers_are_told_from_the_lowest_up():
    assert [(one.code, one.rank) for one in tiers_of(BOOK)] == [("basic", 0), ("silver", 1), ("gold", 2)]


def test_growth_is_told_where_it_alone_is_enough():
    assert [one.growth for one in tiers_of(BOOK)] == [0, 200, None]


def test_what_a_tier_gives_stands_in_its_benefits():
    gold = tier_at_rank(BOOK, 2)
    assert (gold.price, gold.multiplier, gold.benefits.free_shipping) == (9_500, 15_000, False)
