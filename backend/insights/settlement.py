"""What each bearer owes for coupons, month by month: what was redeemed, less what went back."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.coupons import Redemption, Return, Template
from backend.insights.liability import MonthsRefused, Proof
from backend.kit.calendar import add_months, shop_day
from backend.purchases import PurchaseCoupon
from backend.stores import Store

MOST_MONTHS = 60

Key = tuple[str, str | None, str, str]


@dataclass(frozen=True)
class Settled:
    """What one bearer owes for one template's coupons used at one store in a month; amounts are fen.

    `brand` is told where a brand bears it. What went back (`returned_*`) counts in the month in which it did.
    """

    month: date
    bearer: str
    brand: str | None
    store: str
    template: str
    redeemed: int
    discount_fen: int
    settlement_fen: int
    returned_fen: int
    returned_settlement_fen: int

    @property
    def owed_fen(self) -> int:
        """What is owed for the month; below 0 where more went back than was redeemed."""
        return self.settlement_fen - self.returned_settlement_fen


@dataclass(frozen=True)
class Settlement:
    """The months of a report line by line, and the proofs of their sums."""

    at: datetime
    lines: tuple[Settled, ...]
    proofs: tuple[Proof, ...]

    @property
    def sound(self) -> bool:
        """Whether all proofs hold."""
        return all(proof.holds for proof in self.proofs)


def settlement(session: Session, first: date, last: date, *, now: datetime) -> Settlement:
    """What is owed for the months from that of `first` to that of `last`, on a session that holds still.

    Raises MonthsRefused.
    """
    first, last = first.replace(day=1), last.replace(day=1)
    if not first <= last <= shop_day(now) or add_months(first, MOST_MONTHS) <= last:
        raise MonthsRefused
    months = []
    while first <= last:
        months.append(first)
        first = add_months(first, 1)
    lines = tuple(line for month in months for line in _month(session, month))
    return Settlement(now, lines, tuple(_proofs(session, lines, months[0], add_months(last, 1))))


def _month(session: Session, month: date) -> Iterator[Settled]:
    after = add_months(month, 1)
    used: defaultdict[Key, tuple[int, ...]] = defaultdict(lambda: (0, 0, 0))
    back: defaultdict[Key, tuple[int, ...]] = defaultdict(lambda: (0, 0))
    sums = func.count(), func.sum(Redemption.discount_fen), func.sum(Redemption.settlement_fen)
    redeemed = _by_bearer(*sums).where(*_within(Redemption.redeemed_on, month, after))
    for *parts, count, discount, owed in session.execute(redeemed):
        used[_key(parts)] = (count, int(discount), int(owed))  # a sum is a DECIMAL on MariaDB
    shares = func.sum(Return.discount_fen), func.sum(Return.settlement_fen)
    gone = _by_bearer(*shares).join(Return, Return.redemption_id == Redemption.id)
    for *parts, discount, owed in session.execute(gone.where(*_within(Return.returned_on, month, after))):
        back[_key(parts)] = (int(discount), int(owed))
    for key in sorted({*used, *back}, key=lambda key: tuple(part or "" for part in key)):
        yield Settled(month, *key, *used[key], *back[key])


def _by_bearer(*sums: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    key = Redemption.bearer, Redemption.brand, Store.code, Template.code
    rows = select(*key, *sums).select_from(Redemption).join(Store, Store.id == Redemption.store_id)
    return rows.join(Template, Template.id == Redemption.template_id).group_by(*key)


def _proofs(session: Session, lines: tuple[Settled, ...], first: date, after: date) -> Iterator[Proof]:
    span = _within(Redemption.redeemed_on, first, after)
    owed = _sum(session, select(func.sum(Redemption.settlement_fen)).where(*span))
    gone = _sum(session, select(func.sum(Return.settlement_fen)).where(*_within(Return.returned_on, first, after)))
    yield Proof("total", owed - gone, sum(line.owed_fen for line in lines))
    on_bills = select(func.sum(Redemption.discount_fen)).where(*span, Redemption.order_no.is_not(None))
    shares = select(func.sum(PurchaseCoupon.discount_fen)).join(
        Redemption, Redemption.id == PurchaseCoupon.redemption_id
    )
    yield Proof("bills", _sum(session, shares.where(*span)), _sum(session, on_bills))
    booked = select(func.sum(Return.settlement_fen)).join(Redemption, Redemption.id == Return.redemption_id)
    counted = select(func.sum(Redemption.returned_settlement_fen)).where(*span)
    yield Proof("returns", _sum(session, booked.where(*span)), _sum(session, counted))


def _key(parts: list[Any]) -> Key:
    bearer, brand, store, template = parts
    return bearer, brand, store, template


def _within(day: InstrumentedAttribute[date], first: date, after: date) -> tuple[ColumnElement[bool], ...]:
    return day >= first, day < after


def _sum(session: Session, query: Select[Any]) -> int:
    return int(session.scalar(query) or 0)
