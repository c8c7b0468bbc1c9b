"""Which coupons of a member serve best on a bill: an exact search among those that may go together. Pure."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.coupons.pricing import Bill, Priced, State, applied, in_turn, misfit, opened, price, quarrel, together
from backend.coupons.refusals import NotNeeded, NotTogether, NotWithMemberPrice
from backend.coupons.scoping import Ticket, in_scope
from backend.kit.errors import Conflict, DomainError

MOST_CONSIDERED: Final = 12  # 4,096 combinations at the very most

Rank = tuple[int, int, tuple[datetime, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Refused:
    """A coupon that is not used, by its code, and why."""

    code: str
    ticket: Ticket | None
    why: DomainError


@dataclass(frozen=True)
class Choice:
    """A bill with the coupons that are used, and why others are not."""

    priced: Priced
    refused: tuple[Refused, ...]


def best(bill: Bill, tickets: Sequence[Ticket]) -> Choice:
    """The coupons with which a bill costs least, of all combinations that are allowed.

    Of equals the one with fewer coupons, then with those that expire sooner, then the older ones. Of coupons of one
    version only as many as a bill takes are looked at, and of what is left `MOST_CONSIDERED`: those that take most off.
    """
    fit = [ticket for ticket in tickets if misfit(bill, ticket) is None]
    search = _Search(bill, opened(bill, member_price=True))
    search.grow(search.found, _considered(bill, search.found, [one for one in fit if _keeps_member_price(one)]))
    if not all(map(_keeps_member_price, fit)):
        full = opened(bill, member_price=False)
        search.grow(full, _considered(bill, full, fit))
    priced = price(bill, [use.ticket for use in search.found.uses])
    used = {use.ticket.id for use in priced.uses}
    refused = (Refused(one.code, one, _why_not(bill, one, priced)) for one in tickets if one.id not in used)
    return Choice(priced, tuple(refused))


def as_told(bill: Bill, tickets: Sequence[Ticket]) -> Choice:
    """A bill with the coupons that somebody chose: in their turn, each that is taken, and why another one is not.

    What would refuse one by itself comes before what it does not go with.
    """
    choice = Choice(price(bill, ()), ())
    for ticket in in_turn(tickets):
        taken = [use.ticket for use in choice.priced.uses]
        try:
            price(bill, [ticket])
            choice = Choice(price(bill, [*taken, ticket]), choice.refused)
        except DomainError as why:
            choice = Choice(choice.priced, (*choice.refused, Refused(ticket.code, ticket, why)))
    return choice


NO_CHOICE: Final = Choice(Priced(member_price=False, costs=(), uses=()), ())


@dataclass(frozen=True)
class _Candidate:
    ticket: Ticket
    scope: tuple[int, ...]
    most: int  # what it takes off by itself: after others it is never more


class _Search:
    """Goes through the combinations, in the turns of their coupons, leaving out those that cannot be the best."""

    def __init__(self, bill: Bill, start: State) -> None:
        self.bill, self.found, self.rank = bill, start, _rank(start)

    def grow(self, state: State, candidates: Sequence[_Candidate]) -> None:
        """Look at the bill with each of these coupons besides, and others of them after it."""
        used, cost = [use.ticket for use in state.uses], sum(state.costs)
        for place, one in enumerate(candidates):
            if cost - sum(other.most for other in candidates[place:]) > self.rank[0]:
                return
            if quarrel([*used, one.ticket]) is None:
                with suppress(Conflict):  # it takes nothing off after the others
                    after = applied(self.bill, state, one.ticket, one.scope)
                    self._look_at(after)
                    self.grow(after, candidates[place + 1 :])

    def _look_at(self, state: State) -> None:
        # at the full price of a coupon that excludes the member's, one must be among them
        is_priced_so = state.before == self.bill.member_costs or not all(
            _keeps_member_price(use.ticket) for use in state.uses
        )
        if is_priced_so and (rank := _rank(state)) < self.rank:
            self.found, self.rank = state, rank


def _rank(state: State) -> Rank:
    tickets = [use.ticket for use in state.uses]
    until = sorted(ticket.valid_until for ticket in tickets)
    return sum(state.costs), len(tickets), tuple(until), tuple(sorted(ticket.id for ticket in tickets))


def _considered(bill: Bill, start: State, tickets: Sequence[Ticket]) -> list[_Candidate]:
    """What is worth looking at, in turn."""
    found: list[_Candidate] = []
    kinds: Counter[tuple[str, int]] = Counter()
    for ticket in sorted(tickets, key=_sooner):
        scope, kind = in_scope(ticket.definition, bill.lines), (ticket.template_code, ticket.version)
        if kinds[kind] < ticket.definition.stacking.same:
            with suppress(Conflict):
                alone = applied(bill, start, ticket, scope)
                found.append(_Candidate(ticket, scope, alone.uses[0].discount_fen))
                kinds[kind] += 1
    most = {
        one.ticket.id: one for one in sorted(found, key=lambda one: (-one.most, _sooner(one.ticket)))[:MOST_CONSIDERED]
    }
    return [most[ticket.id] for ticket in in_turn([one.ticket for one in most.values()])]


def _sooner(ticket: Ticket) -> tuple[datetime, int]:
    return ticket.valid_until, ticket.id


def _keeps_member_price(ticket: Ticket) -> bool:
    return ticket.definition.stacking.member_price


def _why_not(bill: Bill, ticket: Ticket, priced: Priced) -> DomainError:
    """Why a coupon is not among those that are used."""
    try:
        price(bill, [ticket])
    except DomainError as why:
        return why
    for use in priced.uses:
        if not together(use.ticket, ticket):
            return NotTogether(name=ticket.name, other=use.ticket.name)
    if priced.member_price and sum(bill.member_costs) < sum(bill.amounts) and not _keeps_member_price(ticket):
        return NotWithMemberPrice(name=ticket.name)
    return NotNeeded(name=ticket.name)
