"""Where, when and for which lines of a bill a coupon is good. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.coupons.definition import Definition, Goods, Usable
from backend.coupons.refusals import CouponExpired, CouponNotYet, WrongStore, WrongTime
from backend.kit.calendar import day_start
from backend.kit.errors import DomainError
from config import policy


@dataclass(frozen=True)
class BillLine:
    """A line of a bill; `amount_fen` is for all of its `qty` pieces."""

    amount_fen: int
    qty: int = 1
    sku: str = ""
    category: str | None = None
    brand: str | None = None
    counter: str | None = None


@dataclass(frozen=True)
class Ticket:
    """A coupon and what it says."""

    id: int
    code: str
    template_code: str
    version: int
    definition: Definition
    valid_from: datetime
    valid_until: datetime

    @property
    def name(self) -> str:
        """What it is called."""
        return self.definition.name


def unfit(ticket: Ticket, *, store_code: str, at: datetime) -> DomainError | None:
    """Why a coupon is good for nothing at a store at an instant; None where it is."""
    scope, name = ticket.definition.scope, ticket.name
    if at < ticket.valid_from:
        return CouponNotYet(name=name, since=_since(ticket.valid_from))
    if at >= ticket.valid_until:
        return CouponExpired(name=name)
    if scope.stores is not None and store_code not in scope.stores:
        return WrongStore(name=name)
    return None if _timely(ticket.definition.usable, at) else WrongTime(name=name)


def in_scope(definition: Definition, lines: Sequence[BillLine]) -> tuple[int, ...]:
    """The places of the lines that a coupon is for."""
    goods, without = definition.scope.goods, definition.scope.without
    return tuple(
        place for place, line in enumerate(lines) if all(_answers(goods, line)) and not any(_answers(without, line))
    )


def _since(first: datetime) -> str:
    """The shop day on which something begins, with the hour where it is not the whole day."""
    local = first.astimezone(policy.SHOP_ZONE)
    day = f"{local.year}年{local.month}月{local.day}日"
    return day if first == day_start(local.date()) else f"{day} {local:%H:%M} "


def _timely(usable: Usable, at: datetime) -> bool:
    local = at.astimezone(policy.SHOP_ZONE)
    hour = f"{local:%H:%M}"
    return (
        (usable.weekdays is None or local.isoweekday() in usable.weekdays)
        and (usable.hours is None or any(start <= hour < end for start, end in usable.hours))
        and local.date() not in usable.not_on
    )


def _answers(goods: Goods, line: BillLine) -> list[bool]:
    """For each list that is told, whether the line is on it."""
    asked = (
        (goods.counters, line.counter),
        (goods.brands, line.brand),
        (goods.categories, line.category),
        (goods.skus, line.sku),
    )
    return [value in words for words, value in asked if words is not None]
