from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import coupons, earning
from backend.purchases.models import Purchase, PurchaseCoupon, PurchaseLine, Refund, RefundLine
from backend.purchases.orders import of_order, source
from backend.purchases.refunds import UnknownPurchase


@dataclass(frozen=True)
class RefundDetail:
    """A refund, how it fell to the lines, and the coupons that came back with it."""

    refund: Refund
    lines: tuple[RefundLine, ...]
    restored: Sequence[coupons.Restored] = ()


@dataclass(frozen=True)
class Detail:
    """All that is known of a purchase."""

    purchase: Purchase
    lines: tuple[PurchaseLine, ...]
    refunds: tuple[RefundDetail, ...]


def detail(session: Session, *, store_id: int, order_no: str) -> Detail:
    """A store's purchase with its lines and refunds in order, in two statements, or three where coupons were used.

    Raises UnknownPurchase.
    """
    bought = session.execute(
        select(Purchase, PurchaseLine)
        .join(PurchaseLine, PurchaseLine.purchase_id == Purchase.id)
        .where(Purchase.store_id == store_id, Purchase.order_no == order_no)
        .order_by(PurchaseLine.line_no)
    ).all()
    if not bought:
        raise UnknownPurchase
    purchase = bought[0][0]
    return Detail(purchase, tuple(line for _, line in bought), _refunds(session, purchase))


@dataclass(frozen=True)
class UsedCoupon:
    """A coupon that was used for a purchase, and what it took off."""

    code: str
    name: str
    discount_fen: int


def used_coupons(session: Session, purchase: Purchase) -> list[UsedCoupon]:
    """The coupons that were used for a purchase; two statements where there were any, else none."""
    if not purchase.coupon_fen:
        return []
    off = (
        select(coupons.Coupon, func.sum(PurchaseCoupon.discount_fen))
        .join(coupons.Redemption, coupons.Redemption.coupon_id == coupons.Coupon.id)
        .join(PurchaseCoupon, PurchaseCoupon.redemption_id == coupons.Redemption.id)
        .where(PurchaseCoupon.purchase_id == purchase.id)
        .group_by(coupons.Coupon.id)
        .order_by(coupons.Coupon.id)
    )
    rows = session.execute(off).all()
    told = coupons.tickets(session, [coupon for coupon, _ in rows])
    return [
        UsedCoupon(ticket.code, ticket.name, int(fen))  # a sum is a DECIMAL on MariaDB
        for ticket, (_, fen) in zip(told, rows, strict=True)
    ]


def bought_by(session: Session, member_id: int, *, since: datetime, until: datetime, limit: int) -> Sequence[Purchase]:
    """What a member paid for from an instant until before another, the first first."""
    mine = select(Purchase).where(Purchase.member_id == member_id, Purchase.paid_at >= since, Purchase.paid_at < until)
    return session.scalars(mine.order_by(Purchase.paid_at, Purchase.id).limit(limit)).all()


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


def _refunds(session: Session, purchase: Purchase) -> tuple[RefundDetail, ...]:
    parts: dict[int, tuple[Refund, list[RefundLine]]] = {}
    rows = session.execute(
        select(Refund, RefundLine)
        .join(RefundLine, RefundLine.refund_id == Refund.id)
        .where(Refund.purchase_id == purchase.id)
        .order_by(Refund.refunded_at, Refund.id, RefundLine.line_no)
    )
    for refund, line in rows:
        parts.setdefault(refund.id, (refund, []))[1].append(line)
    back = coupons.restored(session, list(parts)) if purchase.coupon_fen else {}
    return tuple(RefundDetail(refund, tuple(lines), back.get(refund.id, ())) for refund, lines in parts.values())
