from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.tiers.models import TierStanding
from backend.tiers.rules import Tier, next_tier, tier_of
from backend.tiers.service import NoStanding


@dataclass(frozen=True)
class Standing:
    """A member's tier, how far the next one is (`missing` growth value; 0 at the top), and since when."""

    tier: Tier
    growth: int
    since_at: datetime
    next: Tier | None
    missing: int


def standing(session: Session, member_id: int) -> Standing:
    """Where a member stands. Raises NoStanding."""
    row = session.get(TierStanding, member_id)
    if row is None:
        raise NoStanding
    tier = tier_of(row.tier_code)
    above = next_tier(tier)
    missing = max(0, above.growth - row.growth) if above else 0
    return Standing(tier=tier, growth=row.growth, since_at=row.since_at, next=above, missing=missing)
