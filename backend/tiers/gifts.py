from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.kit.facts import announce
from backend.tiers.book import Gift, TierBook
from backend.tiers.facts import TierGiftGiven
from backend.tiers.models import TierGift


@dataclass(frozen=True)
class Rise:
    """A rise of the tier that a member has earned, from one place in the book to a higher one."""

    above: int
    upto: int
    growth_seq: int
    version: int
    at: datetime


def give(session: Session, account: points.Account, book: TierBook, rise: Rise) -> None:
    """Give the gift of each tier passed, unless the last one of that tier is too short ago. A rise gives once."""
    for tier in book.tiers[rise.above + 1 : rise.upto + 1]:
        if tier.gift is not None and _is_due(session, account.member_id, tier.code, tier.gift, rise.at):
            _give(session, account, tier.code, tier.gift, rise)


def _is_due(session: Session, member_id: int, code: str, gift: Gift, at: datetime) -> bool:
    before = select(TierGift.at).where(TierGift.member_id == member_id, TierGift.tier_code == code)
    last = session.scalar(before.order_by(TierGift.at.desc()).limit(1))
    return last is None or last + timedelta(days=gift.again_after_days) <= at


def _give(session: Session, account: points.Account, code: str, gift: Gift, rise: Rise) -> None:
    session.add(
        TierGift(
            member_id=account.member_id,
            tier_code=code,
            growth_seq=rise.growth_seq,
            book_version=rise.version,
            points=gift.points,
            coupons=list(gift.coupons),
            at=rise.at,
        )
    )
    if gift.points:
        source = points.Source("tier-gift", f"{code}:{rise.growth_seq}")
        points.credit(session, account, gift.points, source=source, now=rise.at)
    announce(
        session,
        TierGiftGiven(account.member_id, code, gift.points, tuple(gift.coupons), rise.growth_seq, rise.at),
    )
