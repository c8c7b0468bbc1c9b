from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend import media, points
from backend.receipts.errors import ClaimUnknown
from backend.receipts.models import ReceiptClaim, Status
from backend.receipts.rules import are_alike

LOOKED_BACK: Final = 1_000  # pictures that a new one is compared with


def claim(session: Session, claim_id: int) -> ReceiptClaim:
    """The claim with this id. Raises ClaimUnknown."""
    found = session.get(ReceiptClaim, claim_id)
    if found is None:
        raise ClaimUnknown
    return found


def picture_of(session: Session, claim: ReceiptClaim) -> str | None:
    """Where the picture of a claim is served, from the root of the site."""
    return media.picture(session, claim.picture).path(media.WIDTHS[-1]) if claim.picture else None


def claim_of(session: Session, member_id: int, claim_id: int) -> ReceiptClaim:
    """A member's claim. Raises ClaimUnknown."""
    found = claim(session, claim_id)
    if found.member_id != member_id:
        raise ClaimUnknown
    return found


def claims_of(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> Sequence[ReceiptClaim]:
    """A member's claims, the newest first, from before an id on."""
    return _page(session, ReceiptClaim.member_id == member_id, before_id, limit)


def claims(session: Session, status: Status, *, before_id: int | None = None, limit: int) -> Sequence[ReceiptClaim]:
    """Claims of everybody in a state, the newest first, from before an id on."""
    return _page(session, ReceiptClaim.status == status, before_id, limit)


def lookalikes(session: Session, claim: ReceiptClaim) -> list[int]:
    """Claims whose pictures look like this one's, among the newest ones."""
    if claim.look is None:
        return []
    others = select(ReceiptClaim.id, ReceiptClaim.look).where(
        ReceiptClaim.look.is_not(None), ReceiptClaim.id != claim.id
    )
    newest = session.execute(others.order_by(ReceiptClaim.id.desc()).limit(LOOKED_BACK))
    return [one_id for one_id, look in newest if look and are_alike(look, claim.look)]


def locked(session: Session, claim_id: int, *, now: datetime) -> tuple[points.Account, ReceiptClaim]:
    """A claim and the account of its member, both locked: the account first, as everybody does. Raises ClaimUnknown."""
    claim = session.get(ReceiptClaim, claim_id, populate_existing=True)
    if claim is None:
        raise ClaimUnknown
    account = points.lock(session, claim.member_id, now=now)
    return account, session.get_one(ReceiptClaim, claim_id, with_for_update=True, populate_existing=True)


def _page(session: Session, which: ColumnElement[bool], before_id: int | None, limit: int) -> Sequence[ReceiptClaim]:
    rows = select(ReceiptClaim).where(which).order_by(ReceiptClaim.id.desc()).limit(limit)
    return session.scalars(rows if before_id is None else rows.where(ReceiptClaim.id < before_id)).all()
