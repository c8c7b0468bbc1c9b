"""What must hold in the accounts of members across the domains. Reads only."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import coupons, mall, members, points, purchases, tiers
from backend.points import Entry, Pending

PURCHASE: Final = "purchase"
MOST_PAYMENTS: Final = 1_000


@dataclass(frozen=True)
class Broken:
    """An invariant that does not hold: where it shows, in which domain, and whose account it is (None: nobody's)."""

    member_id: int | None
    domain: str
    place: str
    what: str


def of_members(session: Session, member_ids: Sequence[int]) -> list[Broken]:
    """All that is wrong with some members: ledger, tier, what their purchases earned, and the uses of their coupons.

    Few statements for many. A coupon is nobody's: what is wrong with it is no reason to freeze points.
    """
    ledger = [Broken(fault.member_id, "points", fault.row, fault.what) for fault in points.verify(session, member_ids)]
    standings = [Broken(fault.member_id, "tiers", fault.row, fault.what) for fault in tiers.verify(session, member_ids)]
    uses = map(_count, coupons.use_faults(session, member_ids))
    return [*ledger, *standings, *_purchases(session, member_ids), *uses]


def of_house(session: Session) -> list[Broken]:
    """Stock of the mall that disagrees with its orders, orders whose money disagrees with their state (a thousand at
    most), and counters of coupons that are not what they count.
    """
    stocks = [
        Broken(
            None,
            "mall",
            f"mall_stocks {fault.item_id} at {fault.store_id}",
            f"stock is {fault.stock} and should be {fault.expected}",
        )
        for fault in mall.stock_faults(session)
    ]
    payments = [
        Broken(
            None, "mall", f"mall_orders {one.order_no}", f"{one.paid_fen} fen are paid and should be {one.expected_fen}"
        )
        for one in mall.payment_faults(session, limit=MOST_PAYMENTS)
    ]
    return [*stocks, *payments, *map(_count, coupons.count_faults(session))]


def _count(fault: coupons.CountFault) -> Broken:
    place = f"{fault.what} on {fault.day}" if fault.day else fault.what
    return Broken(None, "coupons", place, f"counted {fault.counted} and should be {fault.expected}")


def _purchases(session: Session, member_ids: Sequence[int]) -> Iterator[Broken]:
    bought = select(purchases.Purchase.id, purchases.Purchase.member_id, purchases.Purchase.points_earned)
    said = session.execute(bought.where(purchases.Purchase.member_id.in_(member_ids))).all()
    if not said:
        return
    merged = session.scalars(select(members.Member.id).where(members.Member.merged_into.in_(member_ids)))
    written = _written(session, [*member_ids, *merged])
    for purchase_id, member_id, earned in said:
        if earned != written[str(purchase_id)]:
            what = f"earned {earned} and the ledger has {written[str(purchase_id)]}"
            yield Broken(member_id, "purchases", f"purchases {purchase_id}", what)


def _written(session: Session, member_ids: Sequence[int]) -> dict[str, int]:
    """What the ledger was given for each purchase: what was promised, else what was credited at once.

    Points of several expiries have a source each: `id` and `id:n`. What was still pending when its member became one
    with another was promised again there, less what had been taken back: the larger promise is the first.
    """
    credited = select(Entry.source_id, Entry.amount).where(
        Entry.member_id.in_(member_ids), Entry.source_kind == PURCHASE
    )
    promised = select(Pending.source_id, func.max(Pending.amount)).where(
        Pending.member_id.in_(member_ids), Pending.source_kind == PURCHASE
    )
    by_source = dict(session.execute(credited).all())
    by_source |= dict(session.execute(promised.group_by(Pending.source_id)).all())
    written: defaultdict[str, int] = defaultdict(int)
    for source_id, amount in by_source.items():
        written[source_id.partition(":")[0]] += amount
    return written
