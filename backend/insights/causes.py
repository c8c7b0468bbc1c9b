"""What caused the lines of a journal, for the eyes of its member: each kind of cause is looked up once for all."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend import adjustments, families, mall, members, tiers
from backend.kit.calendar import shop_day
from backend.points import Entry
from backend.purchases import Purchase, Refund
from backend.stores import Store


@dataclass(frozen=True)
class Link:
    """Where a line leads: a kind of thing, the number by which it is known there, and what it is called."""

    kind: str
    id: str
    words: str


Links = Mapping[str, Link]
Finder = Callable[[Session, Sequence[Entry]], Links]


def links(session: Session, entries: Iterable[Entry]) -> dict[tuple[str, str], Link]:
    """What lines lead to, by their source, in one statement for each kind of cause; others lead nowhere."""
    by_kind: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.source_kind].append(entry)
    return {
        (kind, source_id): link
        for kind, alike in by_kind.items()
        if kind in FINDERS
        for source_id, link in FINDERS[kind](session, alike).items()
    }


def _purchases(session: Session, entries: Sequence[Entry]) -> Links:
    found = select(Purchase.id, Purchase.order_no, Store.name).join(Store, Store.id == Purchase.store_id)
    rows = session.execute(found.where(Purchase.id.in_(_numbers(entries))))
    named = {number: Link("purchase", order_no, f"{store} {order_no}") for number, order_no, store in rows}
    # what is good for several times has several lines: `id` and `id:n`
    return {entry.source_id: named[_number(entry)] for entry in entries if _number(entry) in named}


def _refunds(session: Session, entries: Sequence[Entry]) -> Links:
    found = (
        select(Refund.id, Refund.refund_no, Purchase.order_no, Store.name)
        .join(Purchase, Purchase.id == Refund.purchase_id)
        .join(Store, Store.id == Purchase.store_id)
    )
    rows = session.execute(found.where(Refund.id.in_(_numbers(entries))))
    return {
        str(number): Link("refund", refund_no, f"{store} {order_no} 退货 {refund_no}")
        for number, refund_no, order_no, store in rows
    }


def _exchanges(session: Session, entries: Sequence[Entry]) -> Links:
    found = select(mall.Order.id, mall.Order.no, mall.Order.item_title)
    rows = session.execute(found.where(mall.Order.id.in_(_numbers(entries))))
    return {str(number): Link("exchange", no, f"{title} {no}") for number, no, title in rows}


def _adjustments(session: Session, entries: Sequence[Entry]) -> Links:
    found = select(adjustments.Adjustment.id, adjustments.Adjustment.reason_words)
    rows = session.execute(found.where(adjustments.Adjustment.id.in_(_numbers(entries))))
    return {str(number): Link("adjustment", str(number), words) for number, words in rows}


def _grants(session: Session, entries: Sequence[Entry]) -> Links:
    found = select(adjustments.Grant.id, adjustments.Grant.reason_words)
    rows = session.execute(found.where(adjustments.Grant.id.in_(_numbers(entries))))
    return {str(number): Link("grant", str(number), words) for number, words in rows}


def _given(session: Session, entries: Sequence[Entry]) -> Links:
    return _transfers(session, entries, families.Transfer.taker_id, "转赠给{name}")


def _received(session: Session, entries: Sequence[Entry]) -> Links:
    named = _transfers(session, entries, families.Transfer.giver_id, "{name}转赠")
    # what arrives is as many lines as it has expiries: `id:n`
    return {entry.source_id: named[str(_number(entry))] for entry in entries if str(_number(entry)) in named}


def _transfers(
    session: Session, entries: Sequence[Entry], other: InstrumentedAttribute[int], words: str
) -> dict[str, Link]:
    found = select(families.Transfer.id, members.Member).join(members.Member, members.Member.id == other)
    rows = session.execute(found.where(families.Transfer.id.in_(_numbers(entries))))
    return {
        str(number): Link("transfer", str(number), words.format(name=members.masked_name(session, member)))
        for number, member in rows
    }


def _tier_gifts(session: Session, entries: Sequence[Entry]) -> Links:
    names = {tier.code: tier.name for tier in tiers.tiers_now(session, now=max(entry.at for entry in entries))}
    codes = {entry.source_id: entry.source_id.partition(":")[0] for entry in entries}
    return {source_id: Link("tier", code, names[code]) for source_id, code in codes.items() if code in names}


def _check_ins(_session: Session, entries: Sequence[Entry]) -> Links:
    days = {entry.source_id: date.fromisoformat(entry.source_id.partition(":")[0]) for entry in entries}
    return {source_id: Link("check-in", day.isoformat(), f"{_day(day)}签到") for source_id, day in days.items()}


def _expiries(_session: Session, entries: Sequence[Entry]) -> Links:
    last = {entry.source_id: shop_day(entry.at - timedelta(microseconds=1)) for entry in entries}
    return {source_id: Link("expiry", day.isoformat(), f"有效期至{_day(day)}") for source_id, day in last.items()}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _number(entry: Entry) -> int:
    head = entry.source_id.partition(":")[0]
    return int(head) if head.isdigit() else 0


def _numbers(entries: Sequence[Entry]) -> set[int]:
    return {_number(entry) for entry in entries}


FINDERS: Final[Mapping[str, Finder]] = {
    "purchase": _purchases,
    "cash": _purchases,
    "refund": _refunds,
    "cash-back": _refunds,
    "exchange": _exchanges,
    "exchange-cancel": _exchanges,
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
