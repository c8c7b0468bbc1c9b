"""Tiers: what a member has grown to, and what that gives at the till.

Growth value (whole numbers, never spent) decides the tier; a purchase raises it at once, a refund lowers it at once.
"""

from backend.tiers.facts import TierLost, TierReached
from backend.tiers.models import GrowthEntry, TierChange
from backend.tiers.queries import Standing, standing
from backend.tiers.rules import Tier, tier_at, tier_of
from backend.tiers.service import NoStanding, add_growth, open_standing

__all__ = [
    "GrowthEntry",
    "NoStanding",
    "Standing",
    "Tier",
    "TierChange",
    "TierLost",
    "TierReached",
    "add_growth",
    "open_standing",
    "standing",
    "tier_at",
    "tier_of",
]
