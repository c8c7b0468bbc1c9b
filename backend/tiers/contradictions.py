"""Where a higher tier is no harder to reach than a lower one, which then nobody would stay in."""

from collections.abc import Iterator

from backend.tiers.book import TierBook, TierRules
from backend.tiers.conditions import alternatives
from backend.tiers.grammar import CALENDAR_YEAR, DaySpent, Friends, Growth, Leaf, Paid, Purchases, Spent, Window
from backend.tiers.measures import needed_of
from backend.tiers.windows import LONGEST_YEAR

Clause = tuple[Leaf, ...]


def easier(higher: TierRules, lower: TierRules, book: TierBook) -> Iterator[str]:
    """Every way to the lower tier that leads to the higher one at the same time."""
    if higher.qualify is None or lower.qualify is None:
        return
    ways_up = alternatives(higher.qualify)
    for way in alternatives(lower.qualify):
        for up in ways_up:
            if all(any(_implies(given, asked, book) for given in way) for asked in up):
                yield f"{_told(up)}，而下面已要求 {_told(way)}"


def _implies(given: Leaf, asked: Leaf, book: TierBook) -> bool:
    """Whether who meets `given` meets `asked` too."""
    if needed_of(asked) > needed_of(given):
        return False
    if isinstance(given, (Spent, DaySpent, Purchases)) and isinstance(asked, (Spent, DaySpent, Purchases)):
        alike = type(given) is type(asked) or (isinstance(given, DaySpent) and isinstance(asked, Spent))
        return alike and _holds(asked.days, given.days)
    if isinstance(given, Friends) and isinstance(asked, Friends):
        return _rank(asked.tier, book) <= _rank(given.tier, book)
    return type(given) is type(asked) and isinstance(asked, (Growth, Paid))


def _holds(outer: Window, inner: Window) -> bool:
    """Whether one window lies within another whenever they are asked."""
    if outer == CALENDAR_YEAR:
        return inner in {CALENDAR_YEAR, 1}
    return outer >= (LONGEST_YEAR if inner == CALENDAR_YEAR else inner)


def _rank(code: str | None, book: TierBook) -> int:
    return 0 if code is None else book.ranks.get(code, 0)


def _told(way: Clause) -> str:
    return " 且 ".join(", ".join(f"{name}={value}" for name, value in leaf.model_dump().items()) for leaf in way)
