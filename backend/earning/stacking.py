"""What becomes of several rules that offer points for the same thing. Pure.

An offer is a value by place, a place being a line of a bill or the bill as a WHOLE.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from backend.earning.book import Rounding, Rule, Stacking

WHOLE: Final = -1
HALF: Final = Fraction(1, 2)

Values = Mapping[int, Fraction]
Rooms = Mapping[str, int]


@dataclass(frozen=True)
class Offer:
    """What a rule would give by itself; of two offers for a place the one of greater `strength` is the better."""

    rule: Rule
    values: Values
    strength: Fraction

    @property
    def sum(self) -> Fraction:
        """All of it."""
        return sum(self.values.values(), Fraction(0))


@dataclass(frozen=True)
class Share:
    """What is left of an offer; `beaten` when better ones left nothing of it."""

    rule: Rule
    exact: Fraction
    beaten: bool = False


@dataclass(frozen=True)
class Contribution:
    """What a fitting rule gives: `wanted` points, of which its limits leave `granted`."""

    rule: Rule
    wanted: int
    granted: int
    beaten: bool = False


def stack(stacking: Stacking, offers: Sequence[Offer], rounding: Rounding, rooms: Rooms) -> list[Share]:
    """Let offers of a group meet: all count, or (best) each place goes to the best offer for it.

    What a limit leaves ungiven of the best falls to the next best, in equal parts of all its places.
    """
    if stacking != "best":
        return [Share(offer.rule, offer.sum) for offer in offers]
    free = {place: Fraction(1) for offer in offers for place in offer.values}
    shares = []
    for offer in sorted(offers, key=lambda one: (-one.strength, one.rule.code)):
        exact = sum((value * free[place] for place, value in offer.values.items() if free[place]), Fraction(0))
        left = 1 - _part_given(offer.rule, exact, rounding, rooms)
        free |= {place: free[place] * left for place in offer.values}
        shares.append(Share(offer.rule, exact, beaten=not exact and bool(offer.sum)))
    return shares


def together(stacking: Stacking, offers: Sequence[Offer]) -> dict[int, Fraction]:
    """What the offers of a group are worth at each place, limits aside."""
    values: dict[int, Fraction] = {}
    for offer in offers:
        for place, value in offer.values.items():
            so_far = values.get(place, Fraction(0))
            values[place] = max(so_far, value) if stacking == "best" else so_far + value
    return values


def whole(shares: Sequence[Share], rounding: Rounding, rooms: Rooms) -> list[Contribution]:
    """Shares in whole points: their sum is rounded once, and each gets what it adds to it.

    A rule with limits is rounded by itself, so that what is counted against them never depends on other rules.
    """
    exact, counted, found = Fraction(0), 0, []
    for share in shares:
        if share.rule.limited:
            wanted = rounded(share.exact, rounding)
            granted = min(wanted, rooms.get(share.rule.code, wanted))
        else:
            exact += share.exact
            wanted = granted = rounded(exact, rounding) - counted
            counted += granted
        found.append(Contribution(share.rule, wanted, granted, share.beaten))
    return found


def rounded(exact: Fraction, rounding: Rounding) -> int:
    """A whole number of points."""
    if rounding == "up":
        return ceil(exact)
    return floor(exact if rounding == "down" else exact + HALF)


def _part_given(rule: Rule, exact: Fraction, rounding: Rounding, rooms: Rooms) -> Fraction:
    """The part of a share that the rule's limits leave."""
    room = rooms.get(rule.code)
    if room is None or rounded(exact, rounding) <= room:
        return Fraction(1)
    return Fraction(room * exact.denominator, exact.numerator)
