from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import earning
from backend.purchases.models import Purchase, PurchaseLine, Refund, RefundLine
from backend.purchases.orders import of_order, source
from backend.purchases.refunds import UnknownPurchase


@dataclass(frozen=True)
class RefundDetail:
    """A refund and how it fell to the lines."""

    refund: Refund
    lines: tuple[RefundLine, ...]


@dataclass(frozen=True)
class Detail:
    """All that is known of a purchase."""

    purchase: Purchase
    lines: tuple[PurchaseLine, ...]
    refunds: tuple[RefundDetail, ...]


def detail(session: Session, *, store_id: int, order_no: str) -> Detail:
    """A store's purchase with its lines and refunds in order, in two statements. Raises UnknownPurchase."""
    bought = session.execute(
        select(Purchase, PurchaseLine)
        .join(PurchaseLine, PurchaseLine.purchase_id == Purchase.id)
        .where(Purchase.store_id == store_id, Purchase.order_no == order_no)
        .order_by(PurchaseLine.line_no)
    ).all()
    if not bought:
        raise UnknownPurchase
    purchase = bought[0][0]
    return Detail(purchase, tuple(line for _, line in bought), _refunds(session, purchase.id))


def explanation(session: Session, *, store_id: int, order_no: str) -> list[earning.Explanation]:
    """What became of each rule for points when a store's purchase was recorded; nothing for one that earned by none.

    Sales without a member earn by no rule, nor did those that are older than the rules. Raises UnknownPurchase.
    """
    purchase = session.scalar(of_order(store_id, order_no))
    if purchase is None:
        raise UnknownPurchase
    if purchase.member_id is None or purchase.per_yuan is not None:
        return []
    return earning.explain(session, member_id=purchase.member_id, source=source(purchase.id))


def _refunds(session: Session, purchase_id: int) -> tuple[RefundDetail, ...]:
    parts: dict[int, tuple[Refund, list[RefundLine]]] = {}
    rows = session.execute(
        select(Refund, RefundLine)
        .join(RefundLine, RefundLine.refund_id == Refund.id)
        .where(Refund.purchase_id == purchase_id)
        .order_by(Refund.refunded_at, Refund.id, RefundLine.line_no)
    )
    for refund, line in rows:
        parts.setdefault(refund.id, (refund, []))[1].append(line)
    return tuple(RefundDetail(refund, tuple(lines)) for refund, lines in parts.values())
