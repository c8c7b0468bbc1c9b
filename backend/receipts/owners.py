"""What becomes of claims when their member is merged into another one, or leaves."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import media
from backend.members import MembershipEnding, MembersMerged
from backend.receipts.models import OPEN, ReceiptClaim
from backend.receipts.service import PICTURE


def move_claims(session: Session, merged: MembersMerged) -> None:
    """Claims of the gone member are the survivor's; what both have open for one receipt stays open once."""
    mine = {(one.store_id, one.order_no) for one in _open(session, merged.into_id) if one.order_no}
    for claim in _open(session, merged.gone_id):
        if (claim.store_id, claim.order_no) in mine:
            _give_up(claim, merged.at)
        elif claim.order_no is not None:
            claim.open_key = f"{merged.into_id}:{claim.store_id}:{claim.order_no}"
    session.flush()  # keys before owners
    theirs = update(ReceiptClaim).where(ReceiptClaim.member_id == merged.gone_id)
    session.execute(theirs.values(member_id=merged.into_id))


def end_claims(session: Session, ending: MembershipEnding) -> None:
    """Who leaves claims nothing any more, and their pictures are forgotten."""
    for claim in _open(session, ending.member_id):
        _give_up(claim, ending.at)
    pictured = select(ReceiptClaim).where(ReceiptClaim.member_id == ending.member_id, ReceiptClaim.picture.is_not(None))
    for claim in session.scalars(pictured):
        media.use(session, set(), kind=PICTURE, user_id=claim.id)
        claim.picture = claim.look = None


def _open(session: Session, member_id: int) -> list[ReceiptClaim]:
    open_ones = select(ReceiptClaim).where(ReceiptClaim.member_id == member_id, ReceiptClaim.status.in_(OPEN))
    return list(session.scalars(open_ones.with_for_update(), execution_options={"populate_existing": True}))


def _give_up(claim: ReceiptClaim, now: datetime) -> None:
    claim.status, claim.open_key, claim.decided_at = "cancelled", None, now
