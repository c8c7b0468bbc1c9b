from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
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


def due(book: TierBook, above: int, upto: int, given: Mapping[str, datetime], at: datetime) -> list[tuple[str, Gift]]:
    """The gifts of all tiers that a rise passes, but for those whose last time (`given`, by tier) is too short ago."""
    return [
        (tier.code, tier.gift)
        for tier in book.tiers[above + 1 : upto + 1]
        if tier.gift is not None and _again_from(given.get(tier.code), tier.gift) <= at
    ]


def give(session: Session, account: points.Account, book: TierBook, rise: Rise, *, now: datetime) -> None:
    """Give the gift of each tier passed, unless the last one of that tier is too short ago. A rise gives once."""
    if all(tier.gift is None for tier in book.tiers[rise.above + 1 : rise.upto + 1]):
        return
    for code, gift in due(book, rise.above, rise.upto, _given(session, account.member_id), rise.at):
        _give(session, account, code, gift, rise, now=now)


def _again_from(last: datetime | None, gift: Gift) -> datetime:
    return datetime.min.replace(tzinfo=UTC) if last is None else last + timedelta(days=gift.again_after_days)


def _given(session: Session, member_id: int) -> dict[str, datetime]:
    mine = select(TierGift.tier_code, func.max(TierGift.at)).where(TierGift.member_id == member_id)
    return dict(session.execute(mine.group_by(TierGift.tier_code)).all())


def _give(session: Session, account: points.Account, code: str, gift: Gift, rise: Rise, *, now: datetime) -> None:
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
        points.credit(session, account, gift.points, source=source, now=now)
    announce(
        session,
        TierGiftGiven(account.member_id, code, gift.points, tuple(gift.coupons), rise.growth_seq, rise.at),
    )
