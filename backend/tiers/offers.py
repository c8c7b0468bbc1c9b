from dataclasses import dataclass

from backend.tiers.book import Benefits, TierBook
from backend.tiers.conditions import alternatives
from backend.tiers.grammar import Growth


@dataclass(frozen=True)
class Tier:
    """A tier and what it gives: `multiplier` of points and `price` per ten thousand, and the rest in `benefits`.

    `growth` is the growth value that alone qualifies for it, None when none does; `rank` is 0 for the lowest.
    """

    code: str
    name: str
    rank: int
    growth: int | None
    multiplier: int
    price: int
    benefits: Benefits


def tier_at_rank(book: TierBook, rank: int) -> Tier:
    """The tier at a place of a book."""
    rules = book.tiers[rank]
    ways = alternatives(rules.qualify) if rules.qualify else [()]
    growths = [sum(leaf.growth for leaf in way if isinstance(leaf, Growth)) for way in ways if _is_growth(way)]
    return Tier(
        code=rules.code,
        name=rules.name,
        rank=rank,
        growth=min(growths, default=None),
        multiplier=rules.benefits.multiplier,
        price=rules.benefits.price,
        benefits=rules.benefits,
    )


def tiers_of(book: TierBook) -> list[Tier]:
    """All tiers of a book, the lowest first."""
    return [tier_at_rank(book, rank) for rank in range(len(book.tiers))]


def _is_growth(way: tuple[object, ...]) -> bool:
    return all(isinstance(leaf, Growth) for leaf in way) and len(way) <= 1
