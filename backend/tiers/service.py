from datetime import datetime

from sqlalchemy.orm import Session

from backend.kit.errors import NotFound
from backend.kit.facts import announce
from backend.members import MemberJoined
from backend.points import Account, Source
from backend.tiers.facts import TierLost, TierReached
from backend.tiers.models import GrowthEntry, TierChange, TierStanding
from backend.tiers.rules import BASE, Tier, tier_at, tier_of


class NoStanding(NotFound):
    """There is no such member."""

    code = "tiers.no-standing"
    message = "会员不存在"


def open_standing(session: Session, joined: MemberJoined) -> None:
    """Start a member who has just joined in the lowest tier."""
    session.add(TierStanding(member_id=joined.member_id, tier_code=BASE.code, since_at=joined.at))


def add_growth(session: Session, account: Account, amount: int, *, source: Source, now: datetime) -> Tier:
    """Add growth value (below 0 takes it back) and move the member to the tier it qualifies for, at once.

    `account` is the member's locked points account: growth has no lock of its own. Returns the tier after it. A refund
    may lower the tier: what was returned no longer counts. Raises NoStanding.
    """
    row = session.get(TierStanding, account.member_id)
    if row is None:
        raise NoStanding
    row.growth, row.last_seq = row.growth + amount, row.last_seq + 1
    session.add(
        GrowthEntry(
            member_id=row.member_id,
            seq=row.last_seq,
            amount=amount,
            growth_after=row.growth,
            source_kind=source.kind,
            source_id=str(source.id),
            at=now,
        )
    )
    before, after = tier_of(row.tier_code), tier_at(row.growth)
    if after != before:
        _move(session, row, before, after, now=now)
    return after


def _move(session: Session, row: TierStanding, before: Tier, after: Tier, *, now: datetime) -> None:
    row.tier_code, row.since_at = after.code, now
    session.add(
        TierChange(member_id=row.member_id, growth_seq=row.last_seq, from_code=before.code, to_code=after.code, at=now)
    )
    news = TierReached if after.growth > before.growth else TierLost
    announce(session, news(row.member_id, after.code, after.name, before.code, row.last_seq, now))
