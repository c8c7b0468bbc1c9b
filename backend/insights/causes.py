"""What caused the lines of a journal, for the eyes of its member: each kind of cause is looked up once for all."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend import adjustments, benefits, families, lottery, mall, members, tiers
from backend.kit.calendar import shop_day
from backend.purchases import Purchase, Refund
from backend.stores import Store


@dataclass(frozen=True)
class Cause:
    """A source of the ledger, and the instant at which it moved points."""

    source_kind: str
    source_id: str
    at: datetime


@dataclass(frozen=True)
class Link:
    """Where a line leads: a kind of thing, the number by which it is known there, and what it is called."""

    kind: str
    id: str
    words: str


Links = Mapping[str, Link]
Finder = Callable[[Session, Sequence[Cause]], Links]


def links(session: Session, causes: Iterable[Cause]) -> dict[tuple[str, str], Link]:
    """What causes lead to, by their kind and id, in one statement for each kind; others lead nowhere."""
    by_kind: defaultdict[str, list[Cause]] = defaultdict(list)
    for cause in causes:
        by_kind[cause.source_kind].append(cause)
    return {
        (kind, source_id): link
        for kind, alike in by_kind.items()
        if kind in FINDERS
        for source_id, link in FINDERS[kind](session, alike).items()
    }


def _purchases(session: Session, causes: Sequence[Cause]) -> Links:
    found = select(Purchase.id, Purchase.order_no, Store.name).join(Store, Store.id == Purchase.store_id)
    rows = session.execute(found.where(Purchase.id.in_(_numbers(causes))))
    named = {number: Link("purchase", order_no, f"{store} {order_no}") for number, order_no, store in rows}
    # what is good for several times has several lines: `id` and `id:n`
    return {cause.source_id: named[_number(cause)] for cause in causes if _number(cause) in named}


def _refunds(session: Session, causes: Sequence[Cause]) -> Links:
    found = (
        select(Refund.id, Refund.refund_no, Purchase.order_no, Store.name)
        .join(Purchase, Purchase.id == Refund.purchase_id)
        .join(Store, Store.id == Purchase.store_id)
    )
    rows = session.execute(found.where(Refund.id.in_(_numbers(causes))))
    return {
        str(number): Link("refund", refund_no, f"{store} {order_no} 退货 {refund_no}")
        for number, refund_no, order_no, store in rows
    }


def _exchanges(session: Session, causes: Sequence[Cause]) -> Links:
    found = select(mall.Order.id, mall.Order.no, mall.Order.title)
    rows = session.execute(found.where(mall.Order.id.in_(_numbers(causes))))
    named = {number: Link("exchange", no, f"{title} {no}") for number, no, title in rows}
    # after a hand-over that was a mistake an exchange has a further line: `id:n`
    return {cause.source_id: named[_number(cause)] for cause in causes if _number(cause) in named}


def _draws(session: Session, causes: Sequence[Cause]) -> Links:
    found = select(lottery.Play.id, lottery.Draw.id, lottery.Draw.title)
    found = found.join(lottery.Draw, lottery.Draw.id == lottery.Play.draw_id)
    rows = session.execute(found.where(lottery.Play.id.in_(_numbers(causes))))
    return {str(number): Link("draw", str(draw_id), title) for number, draw_id, title in rows}


def _parking(session: Session, causes: Sequence[Cause]) -> Links:
    taken = benefits.ParkingDeduction
    found = select(taken.id, taken.session_ref, Store.name).join(Store, Store.id == taken.store_id)
    rows = session.execute(found.where(taken.id.in_(_numbers(causes))))
    return {str(number): Link("parking", str(number), f"{store} {ref}") for number, ref, store in rows}


def _adjustments(session: Session, causes: Sequence[Cause]) -> Links:
    found = select(adjustments.Adjustment.id, adjustments.Adjustment.reason_words)
    rows = session.execute(found.where(adjustments.Adjustment.id.in_(_numbers(causes))))
    return {str(number): Link("adjustment", str(number), words) for number, words in rows}


def _grants(session: Session, causes: Sequence[Cause]) -> Links:
    found = select(adjustments.Grant.id, adjustments.Grant.reason_words)
    rows = session.execute(found.where(adjustments.Grant.id.in_(_numbers(causes))))
    return {str(number): Link("grant", str(number), words) for number, words in rows}


def _given(session: Session, causes: Sequence[Cause]) -> Links:
    return _transfers(session, causes, families.Transfer.taker_id, "转赠给{name}")


def _received(session: Session, causes: Sequence[Cause]) -> Links:
    named = _transfers(session, causes, families.Transfer.giver_id, "{name}转赠")
    # what arrives is as many lines as it has expiries: `id:n`
    return {cause.source_id: named[str(_number(cause))] for cause in causes if str(_number(cause)) in named}


def _transfers(
    session: Session, causes: Sequence[Cause], other: InstrumentedAttribute[int], words: str
) -> dict[str, Link]:
    found = select(families.Transfer.id, members.Member).join(members.Member, members.Member.id == other)
    rows = session.execute(found.where(families.Transfer.id.in_(_numbers(causes))))
    return {
        str(number): Link("transfer", str(number), words.format(name=members.masked_name(session, member)))
        for number, member in rows
    }


def _tier_gifts(session: Session, causes: Sequence[Cause]) -> Links:
    names = {tier.code: tier.name for tier in tiers.tiers_now(session, now=max(cause.at for cause in causes))}
    codes = {cause.source_id: cause.source_id.partition(":")[0] for cause in causes}
    return {source_id: Link("tier", code, names[code]) for source_id, code in codes.items() if code in names}


def _check_ins(_session: Session, causes: Sequence[Cause]) -> Links:
    days = {cause.source_id: date.fromisoformat(cause.source_id.partition(":")[0]) for cause in causes}
    return {source_id: Link("check-in", day.isoformat(), f"{_day(day)}签到") for source_id, day in days.items()}


def _expiries(_session: Session, causes: Sequence[Cause]) -> Links:
    last = {cause.source_id: shop_day(cause.at - timedelta(microseconds=1)) for cause in causes}
    return {source_id: Link("expiry", day.isoformat(), f"有效期至{_day(day)}") for source_id, day in last.items()}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _number(cause: Cause) -> int:
    head = cause.source_id.partition(":")[0]
    return int(head) if head.isdigit() else 0


def _numbers(causes: Sequence[Cause]) -> set[int]:
    return {_number(cause) for cause in causes}


FINDERS: Final[Mapping[str, Finder]] = {
    "purchase": _purchases,
    "cash": _purchases,
    "refund": _refunds,
    "cash-back": _refunds,
    "draw": _draws,
    "draw-prize": _draws,
    "exchange": _exchanges,
    "exchange-cancel": _exchanges,
    "exchange-return": _exchanges,
    "exchange-undo": _exchanges,
    "parking": _parking,
    "parking-reversed": _parking,
    "adjustment": _adjustments,
    "adjustment-reversal": _adjustments,
    "grant": _grants,
    "grant-reversal": _grants,
    "transfer-out": _given,
    "transfer-in": _received,
    "tier-gift": _tier_gifts,
    "check-in": _check_ins,
    "expiry": _expiries,
}
