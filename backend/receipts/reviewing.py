"""What operators do with claims: look at pictures, accept, refuse, take back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend import operators, points, purchases
from backend.kit.calendar import day_start, shop_day
from backend.receipts.errors import NotInReview, NotSettled, ReasonWanted
from backend.receipts.models import LONGEST_WORDS, ReceiptClaim
from backend.receipts.queries import locked
from backend.receipts.service import Named, check_first, name_claim
from backend.receipts.settling import refuse_claim, try_to_settle
from config import policy

UNDO = "receipt-undo"
SKU, NAME = "receipt-photo", "小票补录"
NOON = timedelta(hours=12)


def accept(
    session: Session, claim_id: int, named: Named, *, unreported: bool = False, by: str, now: datetime
) -> ReceiptClaim:
    """Read a picture: the purchase is that of this name. It is settled now, or when the till's data come.

    Of a till that reports nothing (`unreported`) the sale is noted here as it was read, unless it is there after all.
    Raises operators.Unknown…, ClaimUnknown, NotInReview, AlreadyClaimed, Taken, Differs, AllReturned, and what
    purchases.record refuses a sale with.
    """
    claim, account = _in_review(session, claim_id, by, now)
    check_first(session, claim.member_id, named)
    name_claim(claim, named)
    claim.decided_by, claim.waits_until = by, now + timedelta(days=policy.RECEIPT_WAITS_DAYS)
    session.flush()  # what the member has open for the same receipt is met before anything is given
    if unreported and purchases.order_of(session, named.store_id, named.order_no) is None:
        purchases.record(session, _as_read(named, now), store_id=named.store_id, now=now)
    try_to_settle(session, account, claim, now=now)
    return claim


def refuse(session: Session, claim_id: int, *, reason: str, by: str, now: datetime) -> ReceiptClaim:
    """Refuse a picture, with a reason that its member reads. Raises ClaimUnknown, NotInReview, ReasonWanted."""
    claim, _ = _in_review(session, claim_id, by, now)
    claim.decided_by = by
    refuse_claim(session, claim, _checked(reason), now=now)
    return claim


def undo(session: Session, claim_id: int, *, reason: str, by: str, now: datetime) -> ReceiptClaim:
    """Take a settled claim back, and all that its purchase still earns; the purchase is nobody's again.

    Raises ClaimUnknown, NotSettled, ReasonWanted.
    """
    login, why = operators.acting(session, by).login, _checked(reason)
    account, claim = locked(session, claim_id, now=now)
    if claim.status != "settled" or claim.purchase_id is None:
        raise NotSettled
    purchases.disown(session, account, claim.purchase_id, why=points.Source(UNDO, claim.id), now=now)
    claim.decided_by = login
    refuse_claim(session, claim, why, status="reversed", now=now)
    return claim


def _as_read(named: Named, now: datetime) -> purchases.Receipt:
    """What a picture tells of a sale: one line, at noon of its day, or now where that is yet to come today."""
    noon = day_start(named.bought_on) + NOON
    line = purchases.Line(sku=SKU, name=NAME, qty=1, amount_fen=named.amount_fen)
    return purchases.Receipt(
        order_no=named.order_no,
        paid_at=min(now, noon) if named.bought_on == shop_day(now) else noon,
        lines=(line,),
        total_fen=named.amount_fen,
        paid_fen=named.amount_fen,
    )


def _in_review(session: Session, claim_id: int, by: str, now: datetime) -> tuple[ReceiptClaim, points.Account]:
    operators.acting(session, by)
    account, claim = locked(session, claim_id, now=now)
    if claim.status != "review":
        raise NotInReview
    return claim, account


def _checked(reason: str) -> str:
    stripped = reason.strip()
    if not 1 <= len(stripped) <= LONGEST_WORDS or not stripped.isprintable():
        raise ReasonWanted
    return stripped
