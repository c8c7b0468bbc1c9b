"""How much a single condition asks for, and how much of it a member has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final

from backend.tiers.book import TierBook
from backend.tiers.grammar import DaySpent, Friends, Growth, Leaf, Manual, Paid, Purchases, Spent
from backend.tiers.history import History


@dataclass(frozen=True, slots=True)
class Moment:
    """When a condition is asked: windows end with `day`, paid memberships cover `at`.

    A purchase that was reported late is judged as of the days it came too late for: then only what was bought up to
    that day counts (`upto`). `book` says which tier of friends is higher.
    """

    book: TierBook
    day: date
    at: datetime
    upto: date | None = None


def needed_of(leaf: Leaf) -> int:
    """How much a single condition asks for, in the unit of its kind."""
    return MEASURES[type(leaf)].needed(leaf)


def _spent(leaf: Spent, history: History, moment: Moment) -> int:
    return sum(history.spent[history.within(leaf.days, moment.day, moment.upto)])


def _spent_in_a_day(leaf: DaySpent, history: History, moment: Moment) -> int:
    return max(history.spent[history.within(leaf.days, moment.day, moment.upto)], default=0)


def _purchases(leaf: Purchases, history: History, moment: Moment) -> int:
    return sum(history.purchases[history.within(leaf.days, moment.day, moment.upto)])


def _growth(_leaf: Growth, history: History, _moment: Moment) -> int:
    return history.growth


def _friends(leaf: Friends, history: History, moment: Moment) -> int:
    if leaf.tier is None:
        return len(history.friends)
    rank = moment.book.rank
    return sum(rank(code) >= rank(leaf.tier) for code in history.friends.values())


def _paid(_leaf: Paid, history: History, moment: Moment) -> int:
    return int(history.paid_until(moment.at) is not None)


def _by_hand(_leaf: Manual, _history: History, _moment: Moment) -> int:
    return 0


@dataclass(frozen=True)
class Measure:
    """How a kind of single condition is asked: what it is called, how much it asks for, how much there is."""

    kind: str
    needed: Callable[[Any], int]
    had: Callable[[Any, History, Moment], int]


def _one(_leaf: Leaf) -> int:
    return 1


MEASURES: Final[Mapping[type[Leaf], Measure]] = {
    Spent: Measure("spent", attrgetter("spent_fen"), _spent),
    DaySpent: Measure("spent-in-a-day", attrgetter("spent_in_a_day_fen"), _spent_in_a_day),
    Purchases: Measure("purchases", attrgetter("purchases"), _purchases),
    Growth: Measure("growth", attrgetter("growth"), _growth),
    Friends: Measure("friends", attrgetter("friends"), _friends),
    Paid: Measure("paid-membership", _one, _paid),
    Manual: Measure("manual", _one, _by_hand),
}
