from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from backend.tiers.grammar import AllOf, AnyOf, Condition, DaySpent, Friends, Leaf, Paid, Purchases, Spent, Window
from backend.tiers.history import History, first_day
from backend.tiers.measures import MEASURES, Moment


@dataclass(frozen=True, slots=True)
class Need:
    """A part of what a condition asks: what there is (`had`) of what is `needed`, in the unit of its kind.

    It counts from `from_day` to `until_day`; kinds without a window count at any time. `tier` is that of friends.
    """

    kind: str
    needed: int
    had: int
    from_day: date | None = None
    until_day: date | None = None
    tier: str | None = None

    @property
    def missing(self) -> int:
        """How much more it takes; 0 when it is fulfilled."""
        return max(0, self.needed - self.had)


Way = tuple[Need, ...]
"""Needs that fulfil a condition together."""


def met_until(condition: Condition, history: History, moment: Moment, *, end: datetime) -> datetime | None:
    """Until when a condition that is met now gives its tier, None where it is not met.

    That is `end`, the end of the tier's validity, but for paid memberships, which give it as long as they last. Of
    alternatives the longest counts, of what is needed together the shortest.
    """
    match condition:
        case AnyOf():
            met = [met_until(part, history, moment, end=end) for part in condition.any]
            return max((until for until in met if until is not None), default=None)
        case AllOf():
            met = [met_until(part, history, moment, end=end) for part in condition.all]
            return None if None in met else min(until for until in met if until is not None)
        case Paid():
            return history.paid_until(moment.at)
        case _:
            measure = MEASURES[type(condition)]
            return end if measure.had(condition, history, moment) >= measure.needed(condition) else None


def ways(condition: Condition, history: History, moment: Moment) -> list[Way]:
    """Every way to meet a condition, with what there is and what is missing of each part; the nearest to met first."""
    return sorted(_ways(condition, history, moment), key=lambda way: sum(need.missing > 0 for need in way))


def missing(condition: Condition, history: History, moment: Moment) -> list[Way]:
    """What is missing by each way that a member can go by acting; empty when the condition is met."""
    open_ways = []
    for way in ways(condition, history, moment):
        wanting = tuple(need for need in way if need.missing)
        if not wanting:
            return []
        if all(need.kind != "manual" for need in wanting):
            open_ways.append(wanting)
    return open_ways


def leaves(condition: Condition | None) -> Iterator[Leaf]:
    """All single conditions of a tree."""
    match condition:
        case None:
            return
        case AnyOf():
            for part in condition.any:
                yield from leaves(part)
        case AllOf():
            for part in condition.all:
                yield from leaves(part)
        case _:
            yield condition


def alternatives(condition: Condition) -> list[tuple[Leaf, ...]]:
    """The ways through a tree: single conditions that meet it together."""
    match condition:
        case AnyOf():
            return [way for part in condition.any for way in alternatives(part)]
        case AllOf():
            parts = product(*(alternatives(part) for part in condition.all))
            return [tuple(leaf for way in together for leaf in way) for together in parts]
        case _:
            return [(condition,)]


def _ways(condition: Condition, history: History, moment: Moment) -> Iterator[Way]:
    for leaves_together in alternatives(condition):
        yield tuple(_need(leaf, history, moment) for leaf in leaves_together)


def _need(leaf: Leaf, history: History, moment: Moment) -> Need:
    measure, window = MEASURES[type(leaf)], _window(leaf)
    needed, had = measure.needed(leaf), measure.had(leaf, history, moment)
    if isinstance(leaf, DaySpent) and had < needed:
        had = history.spent_on(moment.day)  # nobody can add to a day that is over
    return Need(
        kind=measure.kind,
        needed=needed,
        had=had,
        from_day=first_day(window, moment.day) if window else None,
        until_day=moment.day if window else None,
        tier=leaf.tier if isinstance(leaf, Friends) else None,
    )


def _window(leaf: Leaf) -> Window | None:
    return leaf.days if isinstance(leaf, (Spent, DaySpent, Purchases)) else None
