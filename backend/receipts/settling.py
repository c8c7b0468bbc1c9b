"""Decides claims against what tills have reported: settled, refused, or left to wait."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from backend import members, points, purchases, stores
from backend.kit.errors import Conflict, DomainError
from backend.kit.facts import announce
from backend.purchases import Purchase
from backend.receipts.errors import AllReturned, Differs, Taken
from backend.receipts.facts import ReceiptRefused, ReceiptSettled
from backend.receipts.models import ReceiptClaim, Status
from backend.receipts.queries import locked

NUMBER: Final = "number"
NOT_MATCHED: Final = "小票信息与消费记录不符，或该消费已计入会员账户"
EXPIRED: Final = "门店未上传该笔消费，请携小票到店咨询"


def due_to_settle(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Waiting claims that can be decided: what they wait for has come, or they have waited long enough.

    A number that did not fit what was known when it was told is not refused before its time: whoever tries numbers
    learns nothing by it.
    """
    fits = and_(
        Purchase.member_id.is_(None),
        Purchase.paid_fen == ReceiptClaim.amount_fen,
        Purchase.paid_on == ReceiptClaim.bought_on,
    )
    tells_nothing = or_(ReceiptClaim.way != NUMBER, Purchase.recorded_at > ReceiptClaim.claimed_at, fits)
    here = and_(Purchase.store_id == ReceiptClaim.store_id, Purchase.order_no == ReceiptClaim.order_no)
    waiting = select(ReceiptClaim.id).outerjoin(Purchase, here).where(ReceiptClaim.status == "waiting")
    due = waiting.where(or_(ReceiptClaim.waits_until <= now, and_(Purchase.id.is_not(None), tells_nothing)))
    return session.scalars(due.order_by(ReceiptClaim.id).limit(limit)).all()


def settle_due(session: Session, claim_id: int, *, now: datetime) -> None:
    """Decide one of them, of whoever it is now; who is blocked waits. What was decided meanwhile stays so."""
    account, claim = locked(session, claim_id, now=now)
    if claim.status != "waiting":
        return
    late = claim.waits_until <= now
    try:
        members.active(members.get(session, claim.member_id))
        settled = try_to_settle(session, account, claim, now=now)
    except DomainError as refused:
        if late or isinstance(refused, Conflict):
            refuse_claim(session, claim, _words(claim, refused), now=now)
        return
    if late and not settled:
        refuse_claim(session, claim, EXPIRED, status="expired", now=now)


def try_to_settle(session: Session, account: points.Account, claim: ReceiptClaim, *, now: datetime) -> bool:
    """Give the purchase to the member, whose account is locked, if it is there. Raises Taken, Differs, AllReturned."""
    if claim.store_id is None or claim.order_no is None:
        return False
    purchase = purchases.order_of(session, claim.store_id, claim.order_no)
    if purchase is None:
        return False
    if (purchase.paid_fen, purchase.paid_on) != (claim.amount_fen, claim.bought_on):
        raise Differs
    try:
        purchase = purchases.adopt(session, account, purchase.id, now=now)
    except purchases.HasMember as has:
        raise Taken from has
    except purchases.NothingKept as nothing:
        raise AllReturned from nothing
    claim.status, claim.open_key, claim.decided_at = "settled", None, now
    claim.purchase_id, claim.points = purchase.id, purchase.points_earned
    name = stores.get_store(session, purchase.store_id).name
    announce(session, ReceiptSettled(claim.member_id, claim.id, name, purchase.order_no, claim.points, now))
    return True


def refuse_claim(session: Session, claim: ReceiptClaim, why: str, *, status: Status = "refused", now: datetime) -> None:
    """End a claim that comes to nothing, and say why."""
    claim.status, claim.open_key, claim.purchase_id, claim.why, claim.decided_at = status, None, None, why, now
    announce(session, ReceiptRefused(claim.member_id, claim.id, claim.order_no, why, now))


def _words(claim: ReceiptClaim, refused: DomainError) -> str:
    return NOT_MATCHED if claim.way == NUMBER else refused.detail
