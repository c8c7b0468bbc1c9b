"""What points are given for: rules as data with versions, the limits they keep, and why each gave what it gave.

An operator's book of rules (`EarningBook`) says what an `Event` is worth. Every award keeps its event and the version
it was judged by, so that a refund or a question years later is answered by the rules of then. Points are whole
numbers, rates are integers per ten thousand.
"""

from backend.earning.book import KIND, TRIGGERS, EarningBook, Rule
from backend.earning.drafting import BookRefused, checked, draft
from backend.earning.events import Event, EventLine
from backend.earning.explaining import Explanation, conditions_of, effect_of, limits_of
from backend.earning.facts import CouponsEarned, CouponsLost
from backend.earning.merging import merge_awards
from backend.earning.planning import Grant
from backend.earning.queries import (
    LiveRule,
    Quoted,
    Tried,
    explain,
    live_rules,
    plain_per_yuan,
    quote,
    reassess,
    try_out,
)
from backend.earning.rules import Assessment, assess
from backend.earning.service import Award, GivenUp, award, give_up, reward_profile, reward_registration
from backend.earning.stored import AwardUnknown

__all__ = [
    "KIND",
    "TRIGGERS",
    "Assessment",
    "Award",
    "AwardUnknown",
    "BookRefused",
    "CouponsEarned",
    "CouponsLost",
    "EarningBook",
    "Event",
    "EventLine",
    "Explanation",
    "GivenUp",
    "Grant",
    "LiveRule",
    "Quoted",
    "Rule",
    "Tried",
    "assess",
    "award",
    "checked",
    "conditions_of",
    "draft",
    "effect_of",
    "explain",
    "give_up",
    "limits_of",
    "live_rules",
    "merge_awards",
    "plain_per_yuan",
    "quote",
    "reassess",
    "reward_profile",
    "reward_registration",
    "try_out",
]
