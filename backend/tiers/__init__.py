"""Tiers: what a member has reached by the book of tiers, and what that gives at the till.

The book is data (`rulebooks`, kind "tiers"): tiers in order, ways to qualify and to keep, validity, grace, landing,
benefits, gifts. A standing is a function of the journal of what counts, the books, and the instant: what is stored is
what a replay from scratch gives. All verbs take the member's locked points account.
"""

from backend.tiers.applying import NotInForce, RunUnknown, apply_slice, begin_run, check_in_force, differences, run_of
from backend.tiers.audit import Fault, verify
from backend.tiers.book import Benefits, TierBook
from backend.tiers.checks import BookRefused, checked, draft
from backend.tiers.conditions import Need, Way
from backend.tiers.editions import KIND
from backend.tiers.facts import TierFallsSoon, TierGiftGiven, TierLost, TierReached
from backend.tiers.friends import FriendTaken, OwnFriend, count_friend, review_friends
from backend.tiers.granting import PeriodRefused, ReasonRefused, TierUnknown, note_paid_period, set_manual
from backend.tiers.merging import close_standing, merge_standings
from backend.tiers.models import GrowthEntry, TierChange, TierRun
from backend.tiers.offers import Tier
from backend.tiers.queries import Quoted, Standing, history, quote_purchase, standing, stands_in, tier_of, tiers_now
from backend.tiers.review import carry_on, standings_due, to_warn, warn
from backend.tiers.service import Outcome, add_growth, count_check_in, count_purchase, count_refund, open_standing
from backend.tiers.standings import NoStanding
from backend.tiers.sums import Move, Preview, Tally
from backend.tiers.whatif import LiveAlready, preview
from backend.tiers.words import benefits_words, need_words, way_words, ways_words

__all__ = [
    "KIND",
    "Benefits",
    "BookRefused",
    "Fault",
    "FriendTaken",
    "GrowthEntry",
    "LiveAlready",
    "Move",
    "Need",
    "NoStanding",
    "NotInForce",
    "Outcome",
    "OwnFriend",
    "PeriodRefused",
    "Preview",
    "Quoted",
    "ReasonRefused",
    "RunUnknown",
    "Standing",
    "Tally",
    "Tier",
    "TierBook",
    "TierChange",
    "TierFallsSoon",
    "TierGiftGiven",
    "TierLost",
    "TierReached",
    "TierRun",
    "TierUnknown",
    "Way",
    "add_growth",
    "apply_slice",
    "begin_run",
    "benefits_words",
    "carry_on",
    "check_in_force",
    "checked",
    "close_standing",
    "count_check_in",
    "count_friend",
    "count_purchase",
    "count_refund",
    "differences",
    "draft",
    "history",
    "merge_standings",
    "need_words",
    "note_paid_period",
    "open_standing",
    "preview",
    "quote_purchase",
    "review_friends",
    "run_of",
    "set_manual",
    "standing",
    "standings_due",
    "stands_in",
    "tier_of",
    "tiers_now",
    "to_warn",
    "verify",
    "warn",
    "way_words",
    "ways_words",
]
