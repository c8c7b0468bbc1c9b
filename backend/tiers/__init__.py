"""Tiers: what a member has reached by the book of tiers, and what that gives at the till.

The book is data (`rulebooks`, kind "tiers"): tiers in order, ways to qualify and to keep, validity, grace, landing,
benefits, gifts. A standing is a function of the journal of what counts, the books, and the instant: what is stored is
what a replay from scratch gives. All verbs take the member's locked points account.
"""

from backend.tiers.book import Benefits, TierBook
from backend.tiers.conditions import Need, Way
from backend.tiers.facts import TierFallsSoon, TierGiftGiven, TierLost, TierReached
from backend.tiers.models import GrowthEntry, TierChange
from backend.tiers.offers import Tier
from backend.tiers.queries import Quoted, Standing, history, quote_purchase, standing, tier_at, tier_of, tiers_now
from backend.tiers.service import Outcome, add_growth, count_purchase, count_refund, open_standing
from backend.tiers.standings import NoStanding

__all__ = [
    "Benefits",
    "GrowthEntry",
    "Need",
    "NoStanding",
    "Outcome",
    "Quoted",
    "Standing",
    "Tier",
    "TierBook",
    "TierChange",
    "TierFallsSoon",
    "TierGiftGiven",
    "TierLost",
    "TierReached",
    "Way",
    "add_growth",
    "count_purchase",
    "count_refund",
    "history",
    "open_standing",
    "quote_purchase",
    "standing",
    "tier_at",
    "tier_of",
    "tiers_now",
]
