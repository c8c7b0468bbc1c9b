"""How far back the conditions of a book look: what a call must read of a journal, and no more."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from backend.tiers.book import TierBook
from backend.tiers.conditions import leaves
from backend.tiers.grammar import CALENDAR_YEAR, DaySpent, Friends, Leaf, Paid, Purchases, Spent

LONGEST_YEAR: Final = 366


def longest_window(book: TierBook) -> int:
    """The days of the longest window that a condition asks for; 0 when none asks for spending."""
    windows = [leaf.days for leaf in _leaves(book) if isinstance(leaf, (Spent, DaySpent, Purchases))]
    return max((LONGEST_YEAR if days == CALENDAR_YEAR else days for days in windows), default=0)


def asks_people(book: TierBook) -> bool:
    """Whether a condition asks for friends or paid memberships."""
    return any(isinstance(leaf, (Friends, Paid)) for leaf in _leaves(book))


def reaches_back(day: date, window: int) -> date:
    """The first day of a window of so many days that ends with a day."""
    return day - timedelta(days=window - 1)


def _leaves(book: TierBook) -> Iterator[Leaf]:
    for tier in book.tiers:
        yield from leaves(tier.qualify)
        yield from leaves(tier.keep)
