"""A purchase as a bill for coupons: what they take off it, and what goes back of that with its goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import coupons, points, stores, tiers
from backend.purchases import rules
from backend.purchases.models import Purchase, PurchaseCoupon, PurchaseLine, Refund
from backend.purchases.receipts import Basket, Line, Receipt


@dataclass(frozen=True)
class Shares:
    """What lines cost after coupons, the most that may be paid for them, and what coupons took off them."""

    costs: Sequence[int]
    most: Sequence[int]
    off: Sequence[int]
    uses: tuple[tuple[coupons.Redemption, coupons.Use], ...] = ()

    @property
    def coupon_fen(self) -> int:
        """What coupons took off together."""
        return sum(self.off)


def bill_of(
    lines: Sequence[Line], store: stores.Store, tier: tiers.Tier, *, at: datetime, with_points: bool
) -> coupons.Bill:
    """Lines that are bought at the price of a tier."""
    told = tuple(
        coupons.BillLine(line.amount_fen, line.qty, line.sku, line.category, line.brand, line.counter) for line in lines
    )
    return coupons.Bill(told, store.code, at, tier.price, with_points)


def chosen(
    session: Session, member_id: int, bill: coupons.Bill, basket: Basket, *, store_id: int, now: datetime
) -> coupons.Choice:
    """The bill with the coupons that are wanted, or with those that serve best; writes nothing."""
    order, codes = coupons.Order(store_id, now, basket.order_no), basket.coupon_codes
    if codes is None:
        return coupons.quote_best(session, member_id, bill, order=order, now=now)
    if not codes:
        return coupons.Choice(coupons.price(bill, ()), ())
    return coupons.quote_named(session, member_id, bill, codes, order=order, now=now)


def redeemed(
    session: Session,
    account: points.Account | None,
    standing: tiers.Standing | None,
    receipt: Receipt,
    *,
    store: stores.Store | None,
    now: datetime,
) -> Shares:
    """Redeem the coupons that a sale of a member, whose account is locked, names.

    Raises coupons.CouponNeedsMember where there is none, and what coupons.redeem_on_bill raises.
    """
    if not receipt.coupon_codes:
        amounts = [line.amount_fen for line in receipt.lines]
        return Shares(amounts, amounts, [0] * len(amounts))
    if account is None or standing is None or store is None:
        raise coupons.CouponNeedsMember
    at = coupons.judged_at(receipt.paid_at, now)
    bill = bill_of(receipt.lines, store, standing.tier, at=at, with_points=bool(receipt.points_to_use))
    order = coupons.Order(store.id, receipt.paid_at, receipt.order_no)
    codes = sorted(receipt.coupon_codes)
    done = coupons.redeem_on_bill(session, account.member_id, bill, codes, order=order, now=now)
    return Shares(*shares_of(bill, done.priced), tuple(zip(done.redemptions, done.priced.uses, strict=True)))


def shares_of(bill: coupons.Bill, priced: coupons.Priced) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """By what a payment falls to the lines: what they cost and may cost; and what coupons take off them.

    Without coupons that is what they cost anybody: a till's own discounts are as good as the member's price.
    """
    off = priced.shares
    most = [amount - share for amount, share in zip(bill.amounts, off, strict=True)]
    return (priced.costs if priced.uses else most), most, off


def coupon_lines(purchase_id: int, shares: Shares) -> list[PurchaseCoupon]:
    """What each redemption took off each line, as rows."""
    return [
        PurchaseCoupon(purchase_id=purchase_id, line_no=number, redemption_id=made.id, discount_fen=fen)
        for made, use in shares.uses
        for number, fen in enumerate(use.shares, start=1)
        if fen
    ]


def return_coupons(
    session: Session, made: Refund, purchase: Purchase, lines: Sequence[PurchaseLine], *, restore: bool, now: datetime
) -> None:
    """Give back the share of the coupons in what has come back of a purchase; `lines` are as they are after a refund.

    Where all is back, coupons may be ready again (`restore`: there is a member to have them).
    """
    if not purchase.coupon_fen:
        return
    by_number, back = {line.line_no: line for line in lines}, dict[int, int]()
    found = select(PurchaseCoupon).where(PurchaseCoupon.purchase_id == purchase.id)
    for part in session.scalars(found):
        line = by_number[part.line_no]
        share = rules.coupon_returned(
            part.discount_fen, returned_fen=line.refunded_fen, value_fen=line.value_fen, came_back=line.came_back
        )
        back[part.redemption_id] = back.get(part.redemption_id, 0) + share
    all_back = restore and all(line.is_back for line in lines)
    coupons.return_shares(session, back, all_back=all_back, refund_id=made.id, now=now)
