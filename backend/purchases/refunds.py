from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import coupons, points
from backend.kit.errors import Conflict, NotFound
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.purchases import rules
from backend.purchases.bills import return_coupons
from backend.purchases.customer import account_of
from backend.purchases.facts import PurchaseRefunded
from backend.purchases.gain import take_back
from backend.purchases.models import Purchase, PurchaseLine, Refund, RefundLine
from backend.purchases.orders import of_order, source_of_cash
from backend.purchases.receipts import RefundRequest, fingerprint
from backend.purchases.returns import book


class UnknownPurchase(NotFound):
    """The store has not reported such an order."""

    code = "purchases.unknown"
    message = "没有找到该消费单"


class RefundNoReused(Conflict):
    """Other content was reported for this order under this refund number before."""

    code = "purchases.refund-no-reused"
    message = "该退货单号已用于内容不同的退货"


@dataclass(frozen=True)
class Refunded:
    """A refund, whether this call was the one that made it, and the coupons that came back with it."""

    refund: Refund
    created: bool
    restored: Sequence[coupons.Restored] = ()


def refund(session: Session, request: RefundRequest, *, store_id: int, order_no: str, now: datetime) -> Refunded:
    """Take goods back: return the money and the points that paid for them, and take back what they had earned.

    However a refund is cut up, all that is returned is the share of the money and of the points in what came back, and
    all that is taken back is what the order earned less what the kept part earns by the same rules. Points that are
    gone become a debt; coupons may be ready again when all is back. The same refund number with the same content is
    answered with what was done, once. Raises UnknownPurchase, UnknownLine, RefundNoReused, RefundExceeds.
    """
    purchase, account = _lock(session, store_id, order_no, now=now)
    earlier = session.scalar(
        select(Refund).where(Refund.purchase_id == purchase.id, Refund.refund_no == request.refund_no)
    )
    if earlier is not None:
        if earlier.fingerprint != fingerprint(request):
            raise RefundNoReused
        return Refunded(earlier, created=False, restored=_restored(session, purchase, earlier))
    lines = _lines(session, purchase)
    parts = book(lines, request)
    made = _refund(purchase, request, amount_fen=sum(parts.values()), now=now)
    if account is not None:
        _settle_up(session, account, made, purchase, lines, now=now)
    return_coupons(session, made, purchase, lines, restore=account is not None, now=now)
    session.add(made)
    session.flush()  # the lines refer to it, and nobody is told of what a constraint refuses
    session.add_all(
        RefundLine(refund_id=made.id, purchase_id=purchase.id, line_no=line_no, amount_fen=part)
        for line_no, part in parts.items()
    )
    announce(session, _fact(purchase, made))
    return Refunded(made, created=True, restored=_restored(session, purchase, made))


def _lock(session: Session, store_id: int, order_no: str, *, now: datetime) -> tuple[Purchase, points.Account | None]:
    """The account first, then the order: the same way round as everybody."""
    found = session.execute(
        of_order(store_id, order_no).with_only_columns(Purchase.id, Purchase.member_id)
    ).one_or_none()
    if found is None:
        raise UnknownPurchase
    account = account_of(session, found.member_id, now=now)
    return session.get_one(Purchase, found.id, with_for_update=True, populate_existing=True), account


def _lines(session: Session, purchase: Purchase) -> Sequence[PurchaseLine]:
    lines = select(PurchaseLine).where(PurchaseLine.purchase_id == purchase.id).order_by(PurchaseLine.line_no)
    return session.scalars(lines.execution_options(populate_existing=True)).all()


def _refund(purchase: Purchase, request: RefundRequest, *, amount_fen: int, now: datetime) -> Refund:
    """Count what came back on the purchase; the money is what all that came back is worth, less what went before."""
    before, value_fen, points_fen = purchase.refunded_fen, purchase.value_fen, purchase.points_fen
    purchase.refunded_fen = before + amount_fen
    money = [
        rules.money_returned(fen, value_fen=value_fen, points_fen=points_fen) for fen in (before, before + amount_fen)
    ]
    return Refund(
        id=new_id(),
        purchase_id=purchase.id,
        refund_no=request.refund_no,
        member_id=purchase.member_id,
        amount_fen=amount_fen,
        money_fen=money[1] - money[0],
        points_returned=0,
        fingerprint=fingerprint(request),
        points_taken=0,
        growth_taken=0,
        debt=0,
        refunded_at=now,
    )


def _settle_up(
    session: Session,
    account: points.Account,
    made: Refund,
    purchase: Purchase,
    lines: Sequence[PurchaseLine],
    *,
    now: datetime,
) -> None:
    """Points that paid go back first, so that nothing becomes a debt which they cover."""
    before = purchase.refunded_fen - made.amount_fen
    returned = [
        rules.points_returned(fen, value_fen=purchase.value_fen, points_used=purchase.points_used)
        for fen in (before, purchase.refunded_fen)
    ]
    made.points_returned = returned[1] - returned[0]
    if made.points_returned:
        _give_back(session, account, made, now=now)
    take_back(session, account, made, purchase, lines, now=now)
    made.debt, made.balance_after = account.debt, account.balance


def _give_back(session: Session, account: points.Account, made: Refund, *, now: datetime) -> None:
    spent, why = source_of_cash(made.purchase_id), points.Source("cash-back", made.id)
    if points.entry_of(session, account.member_id, spent) is not None:
        points.give_back(session, account, made.points_returned, spent=spent, source=why, now=now)
    else:  # a member paid who has become this one: the lots that paid ended with that account
        points.credit(session, account, made.points_returned, source=why, now=now)


def _restored(session: Session, purchase: Purchase, made: Refund) -> Sequence[coupons.Restored]:
    return coupons.restored(session, [made.id]).get(made.id, ()) if purchase.coupon_fen else ()


def _fact(purchase: Purchase, made: Refund) -> PurchaseRefunded:
    return PurchaseRefunded(
        member_id=purchase.member_id,
        store_id=purchase.store_id,
        order_no=purchase.order_no,
        refund_no=made.refund_no,
        amount_fen=made.amount_fen,
        points=made.points_taken,
        growth=made.growth_taken,
        at=made.refunded_at,
    )
