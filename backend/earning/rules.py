"""What an event is worth by a book of rules: exact fractions, rounded at the very end. Pure.

Of two amounts kept of one bill the smaller is never worth more, whatever the rules and limits: this is why it does not
matter how a refund is cut up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from backend.earning.book import EarningBook, MultiplierGroup, PointsGroup
from backend.earning.conditions import Fit, fit
from backend.earning.events import Event, EventLine
from backend.earning.stacking import WHOLE, Contribution, Offer, Rooms, Values, stack, together, whole
from backend.kit.money import FEN_PER_YUAN, PER_TEN_THOUSAND


@dataclass(frozen=True)
class Assessment:
    """How each rule of the trigger fits, and what each fitting one gives, in the order of the book."""

    fits: tuple[Fit, ...]
    contributions: tuple[Contribution, ...]

    @property
    def points(self) -> int:
        """All that is given."""
        return sum(one.granted for one in self.contributions)


def assess(
    book: EarningBook, event: Event, *, kept: Sequence[int] | None = None, rooms: Rooms | None = None
) -> Assessment:
    """What an event is worth, or (after refunds) what the amounts `kept` of its lines, in fen, would have been worth.

    `rooms` says by rule how many points its limits leave; a rule that is not named has all it wants.
    """
    event, amounts = _by_kind(event, event.amounts if kept is None else kept)
    fits = tuple(fit(rule, event, amounts) for rule in book.of(event.trigger))
    fitting = [one for one in fits if one.unmet is None]
    given = {
        one.rule.code: one
        for group in book.groups
        if isinstance(group, PointsGroup)
        for one in _of_group(book, group, fitting, _Bill(event, amounts), rooms or {})
    }
    idle = {one.rule.code: Contribution(one.rule, 0, 0) for one in fitting}  # multipliers below 1, or of nothing
    return Assessment(fits, tuple((idle | given).values()))


@dataclass(frozen=True)
class _Bill:
    event: Event
    amounts: Sequence[int]


def _by_kind(event: Event, amounts: Sequence[int]) -> tuple[Event, list[int]]:
    """The same bill with a line for each kind of line that rules can tell apart, and what is left of it."""
    bought: dict[tuple[str | None, ...], int] = {}
    left: dict[tuple[str | None, ...], int] = {}
    for line, amount in zip(event.lines, amounts, strict=True):
        kind = (line.counter, line.brand, line.category)
        bought[kind] = bought.get(kind, 0) + line.amount_fen
        left[kind] = left.get(kind, 0) + amount
    return replace(event, lines=tuple(EventLine(fen, *kind) for kind, fen in bought.items())), list(left.values())


def _of_group(
    book: EarningBook, group: PointsGroup, fitting: Sequence[Fit], bill: _Bill, rooms: Rooms
) -> list[Contribution]:
    own = [one for one in fitting if one.rule.group == group.code]
    if not own:
        return []
    factors = _factors(fitting, bill.event) if group.scaled else {}
    offers = [_offer(one, bill, factors) for one in own]
    shares = stack(group.stacking, offers, group.rounding, rooms)
    values: Values = together(group.stacking, offers) if group.scaled else {}
    for multipliers in book.groups if group.scaled else ():
        if isinstance(multipliers, MultiplierGroup):
            extra, values = _multiply(multipliers, fitting, values)
            shares += stack(multipliers.stacking, extra, group.rounding, rooms)
    return whole(shares, group.rounding, rooms)


def _factors(fitting: Sequence[Fit], event: Event) -> Values:
    """What every value at a place is multiplied with before anything else: the tier's rate, and rates below 1."""
    tier = Fraction(event.multiplier, PER_TEN_THOUSAND)
    factors = dict.fromkeys((*range(len(event.lines)), WHOLE), tier)
    for one in fitting:
        if one.rule.reduces:
            for place in _places(one):
                factors[place] *= Fraction(one.rule.effect.multiplier or 0, PER_TEN_THOUSAND)
    return factors


def _offer(one: Fit, bill: _Bill, factors: Values) -> Offer:
    effect = one.rule.effect
    if effect.per_yuan is not None:
        point = Fraction(effect.per_yuan, FEN_PER_YUAN * PER_TEN_THOUSAND)
        values = {place: point * bill.amounts[place] * factors.get(place, 1) for place in one.lines}
        return Offer(one.rule, values, strength=point)
    activity = Fraction(bill.event.base_points * (effect.base or 0), PER_TEN_THOUSAND)
    value = (activity + (effect.fixed or 0)) * factors.get(WHOLE, 1)
    return Offer(one.rule, {WHOLE: value}, strength=value)


def _multiply(group: MultiplierGroup, fitting: Sequence[Fit], values: Values) -> tuple[list[Offer], Values]:
    """What the multipliers of a group add to `values`, and what these are then, limits aside."""
    offers, after = [], dict(values)
    for one in fitting:
        rule = one.rule
        if rule.group != group.code or rule.reduces:
            continue
        more = Fraction((rule.effect.multiplier or 0) - PER_TEN_THOUSAND, PER_TEN_THOUSAND)
        before = after if group.stacking == "multiply" else values
        extra = {place: before[place] * more for place in _places(one) if place in before}
        offers.append(Offer(rule, extra, strength=more))
        for place, value in extra.items():
            best = max(after[place], values[place] + value)
            after[place] = best if group.stacking == "best" else after[place] + value
    return offers, after


def _places(one: Fit) -> tuple[int, ...]:
    """Where a multiplier acts. What is given for a bill as a whole is of no line."""
    return one.lines if one.rule.conditions.choose_lines else (*one.lines, WHOLE)
