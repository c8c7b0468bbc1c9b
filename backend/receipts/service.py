from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import media, points, stores
from backend.kit.calendar import shop_day
from backend.receipts.errors import (
    AllReturned,
    AlreadyClaimed,
    CodeInvalid,
    Differs,
    NotOpen,
    PictureKnown,
    Taken,
    TooLongAgo,
)
from backend.receipts.models import OPEN, ReceiptClaim, Way
from backend.receipts.queries import claim_of, locked
from backend.receipts.rules import is_recent, printed
from backend.receipts.settling import try_to_settle
from config import policy

PICTURE = "receipt"


@dataclass(frozen=True)
class Named:
    """A receipt by what stands on it: what was paid in money, and the shop day of it."""

    store_id: int
    order_no: str
    amount_fen: int
    bought_on: date


def claim_by_code(session: Session, member_id: int, code: str, *, now: datetime) -> ReceiptClaim:
    """Claim the purchase whose receipt bears this signed code: at once, or when the till's data come.

    Raises CodeInvalid, TooLongAgo, AlreadyClaimed, Taken, Differs, AllReturned.
    """
    said = printed(code)
    key = stores.till_key(session, said.app_key) if said else None
    if said is None or key is None or not said.is_signed_with(key.secret):
        raise CodeInvalid
    account = points.lock(session, member_id, now=now)
    named = Named(key.store_id, said.order_no, said.amount_fen, said.bought_on)
    claim = _claim(session, account, named, "code", now=now)
    try_to_settle(session, account, claim, now=now)
    return claim


def claim_by_number(session: Session, member_id: int, named: Named, *, now: datetime) -> ReceiptClaim:
    """Claim a purchase by its number, amount and day, all of which must fit.

    What does not fit is answered like what is not known yet: it waits. Raises TooLongAgo, AlreadyClaimed.
    """
    account = points.lock(session, member_id, now=now)
    claim = _claim(session, account, named, "number", now=now)
    with suppress(Taken, Differs, AllReturned):  # raised before anything is given
        try_to_settle(session, account, claim, now=now)
    return claim


def claim_by_photo(
    session: Session, member_id: int, picture: media.Picture, look: str, *, now: datetime
) -> ReceiptClaim:
    """Let an operator look at the picture of a receipt. Raises PictureKnown for one that came in before."""
    points.lock(session, member_id, now=now)
    key = f"photo:{picture.hash}"
    counts = ReceiptClaim.status.in_((*OPEN, "settled"))
    known = select(ReceiptClaim.id).where(ReceiptClaim.open_key == key)
    earlier = select(ReceiptClaim.id).where(ReceiptClaim.picture == picture.hash, counts).limit(1)
    if session.scalar(known) is not None or session.scalar(earlier) is not None:
        raise PictureKnown
    claim = _row(member_id, "photo", now)
    claim.status, claim.open_key, claim.picture, claim.look = "review", key, picture.hash, look
    session.add(claim)
    session.flush()  # its picture is used by it
    media.use(session, {picture.hash}, kind=PICTURE, user_id=claim.id)
    return claim


def cancel(session: Session, member_id: int, claim_id: int, *, now: datetime) -> ReceiptClaim:
    """Give up a claim that is not decided. Raises ClaimUnknown, NotOpen."""
    claim_of(session, member_id, claim_id)
    _, claim = locked(session, claim_id, now=now)
    if claim.status not in OPEN:
        raise NotOpen
    claim.status, claim.open_key, claim.decided_at = "cancelled", None, now
    return claim


def _claim(session: Session, account: points.Account, named: Named, way: Way, *, now: datetime) -> ReceiptClaim:
    """A claim that waits. The account is locked, so that a second one of the same member finds the first."""
    if not is_recent(named.bought_on, shop_day(now), policy.RECEIPT_WITHIN_DAYS):
        raise TooLongAgo(days=policy.RECEIPT_WITHIN_DAYS)
    check_first(session, account.member_id, named)
    claim = _row(account.member_id, way, now)
    name_claim(claim, named)
    session.add(claim)
    session.flush()  # the same receipt of the same member is refused here, whatever else
    return claim


def check_first(session: Session, member_id: int, named: Named) -> None:
    """Whether the member has no claim of this receipt that is open, was settled or was taken back. AlreadyClaimed."""
    mine = select(ReceiptClaim.id).where(
        ReceiptClaim.store_id == named.store_id,
        ReceiptClaim.order_no == named.order_no,
        ReceiptClaim.member_id == member_id,
        ReceiptClaim.status.in_(("waiting", "settled", "reversed")),
    )
    if session.scalar(mine.limit(1)) is not None:
        raise AlreadyClaimed


def name_claim(claim: ReceiptClaim, named: Named) -> None:
    """Let a claim wait for the purchase of this name."""
    claim.status, claim.store_id, claim.order_no = "waiting", named.store_id, named.order_no
    claim.amount_fen, claim.bought_on = named.amount_fen, named.bought_on
    claim.open_key = f"{claim.member_id}:{named.store_id}:{named.order_no}"


def _row(member_id: int, way: Way, now: datetime) -> ReceiptClaim:
    waits = timedelta(days=policy.RECEIPT_WAITS_DAYS)
    return ReceiptClaim(member_id=member_id, way=way, points=0, claimed_at=now, waits_until=now + waits)
