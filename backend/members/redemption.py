from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.members import card_codes
from backend.members.errors import CardCodeInvalid
from backend.members.models import ACTIVE, Member, UsedCardCode
from backend.members.queries import find_by_card_no


def redeem_card_code(session: Session, code: str, *, key: bytes, now: datetime) -> Member:
    """The active member who shows this code; it works once. Raises CardCodeInvalid, which says no more than that."""
    card_no = card_codes.card_no_of(code, key, now)
    member = find_by_card_no(session, card_no) if card_no is not None else None
    if member is None or member.status != ACTIVE or session.get(UsedCardCode, code) is not None:
        raise CardCodeInvalid
    session.add(UsedCardCode(code=code, used_at=now))
    session.flush()  # of two tills with one code the second must fail here, before it does anything else
    return member


def forget_used_codes(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` codes used before an instant; returns how many.

    An instant at least `card_codes.CODES.oldest` ago is safe: what was used then has expired since.
    """
    old = select(UsedCardCode.code).where(UsedCardCode.used_at < before).order_by(UsedCardCode.used_at).limit(limit)
    codes = session.scalars(old).all()
    session.execute(delete(UsedCardCode).where(UsedCardCode.code.in_(codes)))
    return len(codes)
