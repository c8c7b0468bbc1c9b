from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.kit.errors import Conflict, Invalid
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.purchases import rules
from backend.purchases.facts import PurchaseRecorded
from backend.purchases.models import Purchase, PurchaseLine
from backend.purchases.quotes import Assessment, assess, checked_sum, member_of, standing_of
from backend.purchases.receipts import Receipt, fingerprint
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
    """More was paid than the goods cost."""

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
    """A purchase, and whether this call was the one that recorded it."""

    purchase: Purchase
    created: bool


def record(session: Session, receipt: Receipt, *, store_id: int, now: datetime) -> Recorded:
    """Keep a finished sale, and give its member points by the tier held before it, then growth value.

    The same order number of the store with the same content is answered with what was recorded, and nothing happens
    again. Raises OrderNoReused for other content, TotalMismatch, Overpaid, BillTooLarge, PaidInFuture,
    ReportedTooLate, members.MemberUnknown, members.Blocked, members.Closed.
    """
    member = member_of(session, receipt.member_id)
    account = points.lock(session, member.id, now=now) if member else None
    earlier = session.scalar(of_order(store_id, receipt.order_no))
    if earlier is not None:
        if earlier.fingerprint != fingerprint(receipt):
            raise OrderNoReused
        return Recorded(earlier, created=False)
    _check(receipt, now)
    gain = assess(standing_of(session, member), receipt.paid_fen)
    purchase = _purchase(receipt, gain, store_id=store_id, now=now)
    if account is not None:
        _reward(session, account, purchase, gain, now=now)
    session.add(purchase)
    session.flush()  # its lines refer to it, and an order number that was used meanwhile is met before anyone is told
    session.add_all(_lines(receipt, purchase))
    announce(session, _fact(purchase))
    return Recorded(purchase, created=True)


def of_order(store_id: int, order_no: str) -> Select[Purchase]:
    """The query for a store's purchase by its order number."""
    return select(Purchase).where(Purchase.store_id == store_id, Purchase.order_no == order_no)


def source(purchase_id: int) -> points.Source:
    """What a purchase is called in the ledgers of points and growth value."""
    return points.Source("purchase", purchase_id)


def _check(receipt: Receipt, now: datetime) -> None:
    if checked_sum(receipt.lines) != receipt.total_fen:
        raise TotalMismatch
    if receipt.paid_fen > receipt.total_fen:
        raise Overpaid
    if receipt.paid_at > now + policy.TILL_CLOCK_DIFFERENCE:
        raise PaidInFuture
    if receipt.paid_at < now - policy.PURCHASE_LATEST_REPORT:
        raise ReportedTooLate


def _purchase(receipt: Receipt, gain: Assessment, *, store_id: int, now: datetime) -> Purchase:
    return Purchase(
        id=new_id(),
        store_id=store_id,
        order_no=receipt.order_no,
        member_id=receipt.member_id,
        paid_at=receipt.paid_at,
        paid_on=shop_day(receipt.paid_at),
        total_fen=receipt.total_fen,
        paid_fen=receipt.paid_fen,
        refunded_fen=0,
        fingerprint=fingerprint(receipt),
        per_yuan=policy.POINTS_PER_YUAN,
        multiplier=gain.multiplier,
        points_earned=gain.points,
        growth_earned=gain.growth,
        recorded_at=now,
    )


def _reward(session: Session, account: points.Account, purchase: Purchase, gain: Assessment, *, now: datetime) -> None:
    why, tier = source(purchase.id), gain.tier
    if gain.points:
        points.credit(session, account, gain.points, source=why, now=now)
    if gain.growth:
        tier = tiers.add_growth(session, account, gain.growth, source=why, now=now)
    purchase.tier_code = tier.code if tier else None
    purchase.balance_after = account.balance


def _lines(receipt: Receipt, purchase: Purchase) -> list[PurchaseLine]:
    paid = rules.share_of_payment(receipt.paid_fen, [line.amount_fen for line in receipt.lines])
    earned = rules.share_of_points(purchase.points_earned, paid)
    return [
        PurchaseLine(
            purchase_id=purchase.id,
            line_no=number,
            sku=line.sku,
            name=line.name,
            category=line.category,
            brand=line.brand,
            qty=line.qty,
            amount_fen=line.amount_fen,
            paid_fen=paid_fen,
            refunded_fen=0,
            points=part,
        )
        for number, (line, paid_fen, part) in enumerate(zip(receipt.lines, paid, earned, strict=True), start=1)
    ]


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
