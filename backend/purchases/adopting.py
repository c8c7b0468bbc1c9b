"""A sale that was made without a card gets its member afterwards, and loses it again where that was a mistake."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import earning, points, stores, tiers
from backend.kit.errors import Conflict
from backend.kit.facts import announce
from backend.purchases.facts import PurchaseRecorded, PurchaseRefunded
from backend.purchases.gain import reward
from backend.purchases.models import Purchase, PurchaseLine, Refund
from backend.purchases.orders import of_order, source
from backend.purchases.refunds import UnknownPurchase
from backend.purchases.returns import money_kept


class HasMember(Conflict):
    """The sale has a member already."""

    code = "purchases.has-member"
    message = "该消费已记入会员账户"


class NothingKept(Conflict):
    """All of it came back, or nothing was paid: there is nothing to earn by."""

    code = "purchases.nothing-kept"
    message = "该消费已全部退货"


def order_of(session: Session, store_id: int, order_no: str) -> Purchase | None:
    """A store's purchase by its order number, None where it has reported no such order."""
    return session.scalar(of_order(store_id, order_no))


def adopt(session: Session, account: points.Account, purchase_id: int, *, now: datetime) -> Purchase:
    """Give a sale without a member to the one whose account is locked; what is kept of it earns as if it were theirs.

    Points settle by the day of the sale, the tier counts from now on. Refunds from here on are settled with the member.
    Raises HasMember, NothingKept.
    """
    purchase = _locked(session, purchase_id)
    if purchase.member_id is not None:
        raise HasMember
    if purchase.refunded_fen == purchase.value_fen:
        raise NothingKept
    standing = tiers.standing(session, account.member_id, now=now)
    store, lines = stores.get_store(session, purchase.store_id), _lines(session, purchase)
    purchase.member_id = account.member_id
    reward(session, account, standing, purchase, lines, store=store, now=now)
    session.execute(update(Refund).where(Refund.purchase_id == purchase.id).values(member_id=account.member_id))
    session.flush()  # whoever looks for it in this transaction finds whose it is
    gained, growth, kept_fen = purchase.points_earned, purchase.growth_earned, sum(money_kept(lines))
    whose, store_id, order_no = account.member_id, purchase.store_id, purchase.order_no
    announce(session, PurchaseRecorded(whose, store_id, order_no, kept_fen, gained, growth, now))
    return purchase


def disown(session: Session, account: points.Account, purchase_id: int, *, why: points.Source, now: datetime) -> int:
    """Take a sale away from its member, whose account is locked, and take back all that it still earns (points).

    Raises UnknownPurchase where it is not (any more) theirs.
    """
    purchase = _locked(session, purchase_id)
    if purchase.member_id != account.member_id:
        raise UnknownPurchase
    lines, earned_by = _lines(session, purchase), source(purchase.id)
    spent_fen, all_back = sum(money_kept(lines)), all(line.is_back for line in lines)
    nothing = [0] * len(lines)
    gone = earning.give_up(session, account, source=earned_by, lines_kept=nothing, refund=why, now=now)
    if not all_back:
        tiers.count_refund(session, account, spent_fen=spent_fen, purchases=1, of=earned_by, source=why, now=now)
    growth = purchase.growth_earned
    purchase.points_earned = purchase.growth_earned = 0
    purchase.member_id = purchase.settles_at = purchase.tier_code = purchase.balance_after = None
    for line in lines:
        line.points = 0
    session.flush()  # whoever looks for it in this transaction finds that it is nobody's
    whose, number = account.member_id, f"{why.kind}:{why.id}"
    store_id, order_no = purchase.store_id, purchase.order_no
    announce(session, PurchaseRefunded(whose, store_id, order_no, number, spent_fen, gone.points, growth, now))
    return gone.points


def _locked(session: Session, purchase_id: int) -> Purchase:
    return session.get_one(Purchase, purchase_id, with_for_update=True, populate_existing=True)


def _lines(session: Session, purchase: Purchase) -> Sequence[PurchaseLine]:
    lines = select(PurchaseLine).where(PurchaseLine.purchase_id == purchase.id).order_by(PurchaseLine.line_no)
    return session.scalars(lines.execution_options(populate_existing=True)).all()
