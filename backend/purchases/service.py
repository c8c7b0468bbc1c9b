from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend import members, stores, tiers
from backend.kit.errors import Conflict, Invalid
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.purchases import cash
from backend.purchases.bills import coupon_lines, redeemed
from backend.purchases.customer import account_of, member_of, standing_of
from backend.purchases.facts import PurchaseRecorded
from backend.purchases.gain import reward
from backend.purchases.models import Purchase
from backend.purchases.orders import of_order
from backend.purchases.paying import pay, terms_of
from backend.purchases.quotes import checked_sum
from backend.purchases.receipts import Receipt, fingerprint
from backend.purchases.rows import line_rows, purchase_row
from config import policy


class OrderNoReused(Conflict):
    """The store reported other content under this order number before."""

    code = "purchases.order-no-reused"
    message = "该单号已用于内容不同的消费"


class TotalMismatch(Invalid):
    """The lines do not add up to the total."""

    code = "purchases.total-mismatch"
    message = "商品金额之和与总金额不一致"


class Overpaid(Invalid):
    """More was paid, in money and points, than the goods cost after coupons."""

    code = "purchases.overpaid"
    message = "实付金额大于总金额"


class PaidInFuture(Invalid):
    """`paid_at` is after now, by more than the clocks of tills may differ."""

    code = "purchases.paid-in-future"
    message = "消费时间晚于当前时间"


class ReportedTooLate(Invalid):
    """`paid_at` is longer ago than sales may be reported."""

    code = "purchases.reported-too-late"
    message = "消费时间过早，已超过补录期限"


@dataclass(frozen=True)
class Recorded:
    """A purchase, and whether this call was the one that recorded it; then `tier` is the member's after it."""

    purchase: Purchase
    created: bool
    tier: tiers.Tier | None = None


def record(session: Session, receipt: Receipt, *, store_id: int, now: datetime) -> Recorded:
    """Keep a finished sale: take the coupons and points that paid for it, and give its member what it earns.

    The same order number of the store with the same content is answered with what was recorded, and nothing happens
    again. Raises OrderNoReused for other content, TotalMismatch, Overpaid, BillTooLarge, PaidInFuture,
    ReportedTooLate, members.MemberUnknown, members.Blocked, members.Closed, coupons.CouponNeedsMember, what
    coupons.redeem_on_bill and cash.agree raise, points.Frozen, points.Insufficient.
    """
    member = member_of(session, receipt.member_id)
    account = account_of(session, member.id, now=now) if member else None
    earlier = _earlier(session, receipt, store_id)
    if earlier is not None:
        return Recorded(earlier, created=False)
    _check(receipt, now)
    standing = standing_of(session, members.get(session, account.member_id) if account else member, now=now)
    store = stores.get_store(session, store_id) if account else None
    shares = redeemed(session, account, standing, receipt, store=store, now=now)
    points_fen = _points_fen(session, receipt, standing, coupon_fen=shares.coupon_fen, now=now)
    used, order_no = receipt.points_to_use or 0, receipt.order_no
    purchase_id = pay(session, account, used, store_id=store_id, order_no=order_no, now=now) if account else new_id()
    member_id = account.member_id if account else None
    purchase = purchase_row(receipt, purchase_id, store_id=store_id, member_id=member_id, now=now)
    purchase.points_fen, purchase.coupon_fen = points_fen, shares.coupon_fen
    lines, tier = line_rows(receipt, purchase, shares), None
    if account is not None and standing is not None and store is not None:
        tier = reward(session, account, standing, purchase, lines, store=store, now=now)
    session.add(purchase)
    session.flush()  # its lines refer to it, and an order number that was used meanwhile is met before anyone is told
    session.add_all(lines)
    if shares.uses:
        session.flush()  # what coupons took off refers to the lines
        session.add_all(coupon_lines(purchase_id, shares))
    announce(session, _fact(purchase))
    return Recorded(purchase, created=True, tier=tier)


def _earlier(session: Session, receipt: Receipt, store_id: int) -> Purchase | None:
    """What was reported under the order number before."""
    earlier = session.scalar(of_order(store_id, receipt.order_no))
    if earlier is not None and earlier.fingerprint != fingerprint(receipt):
        raise OrderNoReused
    return earlier


def _check(receipt: Receipt, now: datetime) -> None:
    if checked_sum(receipt.lines) != receipt.total_fen:
        raise TotalMismatch
    if receipt.paid_fen > receipt.total_fen:
        raise Overpaid
    if receipt.paid_at > now + policy.TILL_CLOCK_DIFFERENCE:
        raise PaidInFuture
    if receipt.paid_at < now - policy.PURCHASE_LATEST_REPORT:
        raise ReportedTooLate


def _points_fen(
    session: Session, receipt: Receipt, standing: tiers.Standing | None, *, coupon_fen: int, now: datetime
) -> int:
    """What the points pay that the sale says were used, of what coupons have left of the bill."""
    wanted, left_fen = receipt.points_to_use, receipt.total_fen - coupon_fen
    if receipt.paid_fen > left_fen:
        raise Overpaid
    if not wanted:
        return 0
    if standing is None:
        raise cash.CashNeedsMember
    terms = terms_of(session, standing.tier.code, now=now)
    bill_fen = min(receipt.paid_fen + cash.worth(terms, wanted), left_fen)
    points_fen = cash.agree(terms, wanted, bill_fen=bill_fen)
    if receipt.paid_fen + points_fen > left_fen:
        raise Overpaid
    return points_fen


def _fact(purchase: Purchase) -> PurchaseRecorded:
    return PurchaseRecorded(
        member_id=purchase.member_id,
        store_id=purchase.store_id,
        order_no=purchase.order_no,
        paid_fen=purchase.paid_fen,
        points=purchase.points_earned,
        growth=purchase.growth_earned,
        at=purchase.recorded_at,
    )
