from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points, tiers
from backend.kit.errors import Conflict, NotFound
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.purchases import rules
from backend.purchases.facts import PurchaseRefunded
from backend.purchases.models import Purchase, PurchaseLine, Refund, RefundLine
from backend.purchases.receipts import RefundRequest, fingerprint
from backend.purchases.service import of_order, source


class UnknownPurchase(NotFound):
    """The store has not reported such an order."""

    code = "purchases.unknown"
    message = "没有找到该消费单"


class UnknownLine(NotFound):
    """The order has no line with this number, or the request names it twice."""

    code = "purchases.unknown-line"
    message = "消费单中没有该商品行"


class RefundNoReused(Conflict):
    """Other content was reported for this order under this refund number before."""

    code = "purchases.refund-no-reused"
    message = "该退货单号已用于内容不同的退货"


class RefundExceeds(Conflict):
    """More than is left of the order, or of a line of it; `left_fen` says how much is."""

    code = "purchases.refund-exceeds"
    message = "退款金额超过可退金额"


@dataclass(frozen=True)
class Refunded:
    """A refund, and whether this call was the one that made it."""

    refund: Refund
    created: bool


@dataclass(frozen=True)
class _Taken:
    points: int
    growth: int


def refund(session: Session, request: RefundRequest, *, store_id: int, order_no: str, now: datetime) -> Refunded:
    """Give money back for an order, and take back what the money had earned.

    However a refund is cut up, all that is taken back is what the order earned less what the kept amount earns by the
    same rates. Points that are gone become a debt. The same refund number with the same content is answered with what
    was done, once. Raises UnknownPurchase, UnknownLine, RefundNoReused, RefundExceeds.
    """
    purchase, account = _lock(session, store_id, order_no, now=now)
    earlier = session.scalar(
        select(Refund).where(Refund.purchase_id == purchase.id, Refund.refund_no == request.refund_no)
    )
    if earlier is not None:
        if earlier.fingerprint != fingerprint(request):
            raise RefundNoReused
        return Refunded(earlier, created=False)
    parts = _return(_lines(session, purchase), request)
    made = _refund(purchase, request, amount_fen=sum(parts.values()), now=now)
    purchase.refunded_fen += made.amount_fen
    if account is not None:
        _take_back(session, account, made, purchase, now=now)
    session.add(made)
    session.flush()  # the lines refer to it, and nobody is told of what a constraint refuses
    session.add_all(
        RefundLine(refund_id=made.id, purchase_id=purchase.id, line_no=line_no, amount_fen=part)
        for line_no, part in parts.items()
    )
    announce(session, _fact(purchase, made))
    return Refunded(made, created=True)


def _lock(session: Session, store_id: int, order_no: str, *, now: datetime) -> tuple[Purchase, points.Account | None]:
    """The account first, then the order: the same way round as everybody."""
    found = session.execute(
        of_order(store_id, order_no).with_only_columns(Purchase.id, Purchase.member_id)
    ).one_or_none()
    if found is None:
        raise UnknownPurchase
    account = None if found.member_id is None else points.lock(session, found.member_id, now=now)
    return session.get_one(Purchase, found.id, with_for_update=True, populate_existing=True), account


def _lines(session: Session, purchase: Purchase) -> Sequence[PurchaseLine]:
    lines = select(PurchaseLine).where(PurchaseLine.purchase_id == purchase.id).order_by(PurchaseLine.line_no)
    return session.scalars(lines.execution_options(populate_existing=True)).all()


def _return(lines: Sequence[PurchaseLine], request: RefundRequest) -> Mapping[int, int]:
    """Book the refund on the lines; says how much fell to which."""
    left = {line.line_no: line.paid_fen - line.refunded_fen for line in lines}
    parts = _named(left, request) if request.lines else _spread(left, request.amount_fen or 0)
    for line in lines:
        line.refunded_fen += parts.get(line.line_no, 0)
    return parts


def _named(left: Mapping[int, int], request: RefundRequest) -> dict[int, int]:
    wanted = {line.line_no: line.amount_fen for line in request.lines}
    if len(wanted) < len(request.lines) or not wanted.keys() <= left.keys():
        raise UnknownLine
    parts = {line_no: left[line_no] if fen is None else fen for line_no, fen in wanted.items()}
    for line_no, fen in parts.items():
        if not 0 < fen <= left[line_no]:
            raise RefundExceeds(left_fen=left[line_no])
    return parts


def _spread(left: Mapping[int, int], amount_fen: int) -> dict[int, int]:
    if not 0 < amount_fen <= sum(left.values()):
        raise RefundExceeds(left_fen=sum(left.values()))
    shares = rules.share_of_refund(amount_fen, list(left.values()))
    return {line_no: share for line_no, share in zip(left, shares, strict=True) if share}


def _refund(purchase: Purchase, request: RefundRequest, *, amount_fen: int, now: datetime) -> Refund:
    taken = _due(purchase, amount_fen)
    return Refund(
        id=new_id(),
        purchase_id=purchase.id,
        refund_no=request.refund_no,
        member_id=purchase.member_id,
        amount_fen=amount_fen,
        money_fen=amount_fen,
        fingerprint=fingerprint(request),
        points_taken=taken.points,
        growth_taken=taken.growth,
        debt=0,
        refunded_at=now,
    )


def _due(purchase: Purchase, amount_fen: int) -> _Taken:
    if purchase.member_id is None:
        return _Taken(0, 0)
    kept_before = purchase.paid_fen - purchase.refunded_fen
    before, after = (
        rules.points_for(kept, per_yuan=purchase.per_yuan, multiplier=purchase.multiplier)
        for kept in (kept_before, kept_before - amount_fen)
    )
    return _Taken(before - after, rules.growth_for(kept_before) - rules.growth_for(kept_before - amount_fen))


def _take_back(session: Session, account: points.Account, made: Refund, purchase: Purchase, *, now: datetime) -> None:
    why = points.Source("refund", made.id)
    if made.points_taken:
        points.take_back(session, account, made.points_taken, source=why, of=[source(purchase.id)], now=now)
    if made.growth_taken:
        tier = tiers.add_growth(session, account, -made.growth_taken, source=why, now=now)
    else:
        tier = tiers.standing(session, account.member_id).tier
    made.tier_code, made.debt, made.balance_after = tier.code, account.debt, account.balance


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
