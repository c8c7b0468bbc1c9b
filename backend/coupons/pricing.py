"""What coupons take off a bill. Pure: whoever asks gets the same answer, in whatever order codes were typed.

1. The member's price comes first: the total at that price, rounded down, falls to the lines by the largest remainder.
   A coupon that excludes the member's price takes it off the whole bill.
2. Then the coupons: fixed prices, then percentages, then cash, each kind by the codes of their templates. A threshold
   is judged on what the goods in scope cost at the member's price and before other coupons; what it takes off is
   reckoned on what they cost when its turn comes. Coupons of one template share the amount: the second that asks for
   ¥300 needs ¥600.
3. What a coupon takes off falls to the lines in its scope by what they cost then, by the largest remainder: no line
   costs less than 0, and the parts add up.

Example: ¥200 of clothes and ¥100 of toys, at 95折: ¥190 and ¥95. A coupon of 9折 for clothes takes ¥19; one of ¥50 off
from ¥280 for all counts ¥285 and takes it off ¥171 and ¥95: ¥32.14 and ¥17.86. There is ¥216 left to pay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import combinations
from typing import Final

from backend.coupons.definition import DISCOUNTS, CashOff, FixedPrice, PercentOff
from backend.coupons.refusals import (
    BelowThreshold,
    CouponTwice,
    NoGoods,
    NotForBills,
    NothingOff,
    NotTogether,
    NotWithPoints,
)
from backend.coupons.scoping import BillLine, Ticket, in_scope, unfit
from backend.kit.errors import DomainError
from backend.kit.money import PER_TEN_THOUSAND, spread, yuan

TURNS: Final = {"fixed-price": 0, "percent-off": 1, "cash-off": 2}


@dataclass(frozen=True)
class Bill:
    """What is bought, where and when; `price` is the member's (per ten thousand), `points` whether points pay too."""

    lines: tuple[BillLine, ...]
    store_code: str
    at: datetime
    price: int = PER_TEN_THOUSAND
    points: bool = False

    @cached_property
    def amounts(self) -> tuple[int, ...]:
        """What the lines cost anybody."""
        return tuple(line.amount_fen for line in self.lines)

    @cached_property
    def member_costs(self) -> tuple[int, ...]:
        """What the lines cost the member, without coupons."""
        return tuple(spread(sum(self.amounts) * self.price // PER_TEN_THOUSAND, self.amounts))


@dataclass(frozen=True)
class Use:
    """What a coupon takes off each line; the goods in its scope cost `goods_fen` before any coupon."""

    ticket: Ticket
    goods_fen: int
    shares: tuple[int, ...]

    @cached_property
    def discount_fen(self) -> int:
        """What it takes off the bill."""
        return sum(self.shares)


@dataclass(frozen=True)
class State:
    """A bill in the making: what its lines cost before any coupon and by now, and what the coupons so far stand on."""

    before: tuple[int, ...]
    costs: tuple[int, ...]
    counted: Mapping[str, int] = field(default_factory=dict)
    pieces: Mapping[int, int] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True)
class Priced:
    """A bill with its coupons: whether the member's price counts, and what each line costs after all."""

    member_price: bool
    costs: tuple[int, ...]
    uses: tuple[Use, ...]

    @property
    def coupon_fen(self) -> int:
        """What the coupons take off together."""
        return sum(use.discount_fen for use in self.uses)

    @property
    def shares(self) -> tuple[int, ...]:
        """What the coupons take off each line together."""
        return tuple(map(sum, zip(*(use.shares for use in self.uses), strict=True))) or (0,) * len(self.costs)


def price(bill: Bill, tickets: Sequence[Ticket]) -> Priced:
    """What a bill costs with these coupons. Raises what refuses the first of them that is not taken."""
    ordered = in_turn(tickets)
    for ticket in ordered:
        if (why := misfit(bill, ticket)) is not None:
            raise why
    if (why := quarrel(ordered)) is not None:
        raise why
    member_price = all(ticket.definition.stacking.member_price for ticket in ordered)
    state = opened(bill, member_price=member_price)
    for ticket in ordered:
        state = applied(bill, state, ticket, in_scope(ticket.definition, bill.lines))
    return Priced(member_price, state.costs, state.uses)


def excludes_points(priced: Priced) -> DomainError | None:
    """Why no points can be used on a bill with these coupons; None where they can."""
    tickets = (use.ticket for use in priced.uses)
    return next((NotWithPoints(name=one.name) for one in tickets if not one.definition.stacking.points), None)


def misfit(bill: Bill, ticket: Ticket) -> DomainError | None:
    """Why a coupon is not for such a bill, whatever it costs; None where it is."""
    if not isinstance(ticket.definition.worth, DISCOUNTS):
        return NotForBills(name=ticket.name)
    if bill.points and not ticket.definition.stacking.points:
        return NotWithPoints(name=ticket.name)
    return unfit(ticket, store_code=bill.store_code, at=bill.at)


def quarrel(tickets: Sequence[Ticket]) -> DomainError | None:
    """Why these coupons do not go together; None where they do."""
    if len({ticket.id for ticket in tickets}) < len(tickets):
        return CouponTwice()
    for one, other in combinations(tickets, 2):
        if not together(one, other):
            return NotTogether(name=other.name, other=one.name)
    return next((why for ticket in tickets if (why := _too_many(ticket, tickets)) is not None), None)


def together(one: Ticket, other: Ticket) -> bool:
    """Whether each of two coupons allows the other on its bill, as far as the two alone say."""
    if one.template_code == other.template_code:
        return min(one.definition.stacking.same, other.definition.stacking.same) > 1
    return _allows(one, other) and _allows(other, one)


def in_turn(tickets: Sequence[Ticket]) -> list[Ticket]:
    """The order in which coupons are applied; which one of several of a version is used changes nothing else."""
    return sorted(tickets, key=_turn)


def opened(bill: Bill, *, member_price: bool) -> State:
    """The bill before any coupon."""
    costs = bill.member_costs if member_price else bill.amounts
    return State(costs, costs)


def applied(bill: Bill, state: State, ticket: Ticket, scope: Sequence[int]) -> State:
    """The bill after one more coupon, for the lines at these places. Raises NoGoods, BelowThreshold, NothingOff."""
    if not scope:
        raise NoGoods(name=ticket.name)
    worth = ticket.definition.worth
    if isinstance(worth, FixedPrice):
        return _piece_priced(bill, state, ticket, worth.price_fen, scope)
    if not isinstance(worth, (CashOff, PercentOff)):
        raise NotForBills(name=ticket.name)
    key = ticket.template_code
    before, now = (sum(costs[place] for place in scope) for costs in (state.before, state.costs))
    counted, threshold = state.counted.get(key, 0), worth.threshold_fen
    if before - counted < threshold:
        missing = threshold - before + counted
        raise BelowThreshold(name=ticket.name, missing=yuan(missing), missing_fen=missing)
    times = (before - counted) // threshold if isinstance(worth, CashOff) and worth.every else 1
    off = min(worth.off_fen * times, now) if isinstance(worth, CashOff) else _percent(worth, now)
    parts = spread(off, [state.costs[place] for place in scope])
    after = _taken(state, ticket, dict(zip(scope, parts, strict=True)), goods_fen=before)
    return replace(after, counted={**state.counted, key: counted + threshold * times})


def _turn(ticket: Ticket) -> tuple[int, str, int, int]:
    kind = TURNS.get(ticket.definition.worth.kind, len(TURNS))
    return kind, ticket.template_code, ticket.version, ticket.id


def _percent(worth: PercentOff, fen: int) -> int:
    off = fen - fen * worth.price // PER_TEN_THOUSAND
    return off if worth.most_fen is None else min(off, worth.most_fen)


def _piece_priced(bill: Bill, state: State, ticket: Ticket, price_fen: int, scope: Sequence[int]) -> State:
    """Let one piece, the dearest in scope that no other coupon has priced, cost so much; of equals the first."""
    left = [place for place in scope if state.pieces.get(place, 0) < bill.lines[place].qty]
    costs = {place: state.before[place] // bill.lines[place].qty for place in left}
    if not costs:
        raise NothingOff(name=ticket.name)
    dearest = max(costs, key=lambda place: (costs[place], -place))
    goods_fen = sum(state.before[place] for place in scope)
    after = _taken(state, ticket, {dearest: max(costs[dearest] - price_fen, 0)}, goods_fen=goods_fen)
    return replace(after, pieces={**state.pieces, dearest: state.pieces.get(dearest, 0) + 1})


def _taken(state: State, ticket: Ticket, parts: Mapping[int, int], *, goods_fen: int) -> State:
    if not sum(parts.values()):
        raise NothingOff(name=ticket.name)
    shares = tuple(parts.get(place, 0) for place in range(len(state.costs)))
    costs = tuple(cost - share for cost, share in zip(state.costs, shares, strict=True))
    return replace(state, costs=costs, uses=(*state.uses, Use(ticket, goods_fen, shares)))


def _too_many(ticket: Ticket, tickets: Sequence[Ticket]) -> DomainError | None:
    alike = sum(other.template_code == ticket.template_code for other in tickets)
    return NotTogether(name=ticket.name, other=ticket.name) if alike > ticket.definition.stacking.same else None


def _allows(one: Ticket, other: Ticket) -> bool:
    others = one.definition.stacking.others
    return others == "any" or (others != "none" and other.template_code in others)
