"""A finished sale as rows."""

from datetime import datetime

from backend.kit.calendar import shop_day
from backend.purchases import rules
from backend.purchases.bills import Shares
from backend.purchases.models import Purchase, PurchaseLine
from backend.purchases.receipts import Receipt, fingerprint


def purchase_row(
    receipt: Receipt, purchase_id: int, *, store_id: int, member_id: int | None, now: datetime
) -> Purchase:
    """The purchase, before points and coupons pay and before it earns anything."""
    return Purchase(
        id=purchase_id,
        store_id=store_id,
        order_no=receipt.order_no,
        member_id=member_id,
        paid_at=receipt.paid_at,
        paid_on=shop_day(receipt.paid_at),
        total_fen=receipt.total_fen,
        paid_fen=receipt.paid_fen,
        points_used=receipt.points_to_use or 0,
        points_fen=0,
        coupon_fen=0,
        refunded_fen=0,
        fingerprint=fingerprint(receipt),
        points_earned=0,
        growth_earned=0,
        recorded_at=now,
    )


def line_rows(receipt: Receipt, purchase: Purchase, shares: Shares) -> list[PurchaseLine]:
    """Its lines, with their shares of what was paid."""
    parts = rules.share_of_payment(purchase.paid_fen, purchase.points_fen, shares.costs, shares.most)
    return [
        PurchaseLine(
            purchase_id=purchase.id,
            line_no=number,
            sku=line.sku,
            name=line.name,
            category=line.category,
            brand=line.brand,
            counter=line.counter,
            qty=line.qty,
            amount_fen=line.amount_fen,
            paid_fen=paid_fen,
            points_fen=points_fen,
            coupon_fen=coupon_fen,
            refunded_fen=0,
            came_back=False,
            points=0,
        )
        for number, (line, (paid_fen, points_fen), coupon_fen) in enumerate(
            zip(receipt.lines, parts, shares.off, strict=True), start=1
        )
    ]
