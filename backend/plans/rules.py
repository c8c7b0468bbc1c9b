"""Until when a membership is good, and what goes back of its price.

The rest of the day on which it is bought is free: counted are the days after `from_on`, through `last_on`. What follows
on another counts from that one's last day. Months are reckoned from where the first of them began, so that 31 January
is followed by the end of February and that by 31 March.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from backend.kit.calendar import add_months


@dataclass(frozen=True)
class Span:
    """The days after `from_on` through `last_on`: `months` after `anchor_on`."""

    from_on: date
    last_on: date
    anchor_on: date
    months: int

    @property
    def days(self) -> int:
        return (self.last_on - self.from_on).days


@dataclass(frozen=True)
class Quote:
    """What goes back of a price: for the days that have not begun, less the worth of what was used.

    `whole`: within the time to think again, and nothing was used.
    """

    fen: int
    unused_days: int
    days: int
    used_fen: int
    whole: bool


def first_span(today: date, *, months: int | None, days: int | None) -> Span:
    """A membership that follows on none."""
    return next_span(Span(today, today, today, 0), months=months, days=days)


def next_span(before: Span, *, months: int | None, days: int | None) -> Span:
    """A membership that follows on another."""
    if months is None:
        last_on = before.last_on + timedelta(days=days or 0)
        return Span(before.last_on, last_on, last_on, 0)
    whole = before.months + months
    return Span(before.last_on, add_months(before.anchor_on, whole), before.anchor_on, whole)


def unused_days(from_on: date, last_on: date, today: date) -> int:
    """How many counted days have not begun on a day."""
    return max((last_on - max(today, from_on)).days, 0)


def quote(price_fen: int, *, days: int, unused: int, used_fen: int, thinking: bool) -> Quote:
    """What goes back. The share of the days is rounded down to whole fen; never below 0, nor above the price."""
    if thinking and used_fen == 0:
        return Quote(price_fen, unused, days, 0, whole=True)
    share = price_fen * min(unused, days) // days
    return Quote(max(share - used_fen, 0), unused, days, used_fen, whole=False)


def worth(used: Mapping[str, int], values: Mapping[str, int]) -> int:
    """What used coupons are worth, in fen; those without a value are the house's gift."""
    return sum(count * values.get(code, 0) for code, count in used.items())
