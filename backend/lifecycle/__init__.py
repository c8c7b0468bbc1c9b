"""Two members who are one person become one; a member who leaves is closed after a time to think again.

Owns the tables `member_merges` and `membership_closures`. What else belongs to a member is moved or ended by its own
domain, which listens for `members.MembersMerged`, `members.MembershipEnding` and `members.MembershipClosed`.
"""

from backend.lifecycle.book import KIND, ClosureBook, checked
from backend.lifecycle.closing import ask_to_leave, close_due, stay
from backend.lifecycle.errors import (
    AccountFrozen,
    BookRefused,
    ClosureRunning,
    HoldsOpen,
    MemberBlocked,
    MemberEnded,
    NotClosing,
    ReasonRefused,
    SameMember,
)
from backend.lifecycle.merging import Preview, SetAside, merge, preview
from backend.lifecycle.models import Closure, ClosureStatus, MemberMerge
from backend.lifecycle.queries import Stake, closures, closures_due, merges, running, stake
from backend.lifecycle.rules import checked_reason

__all__ = [
    "KIND",
    "AccountFrozen",
    "BookRefused",
    "Closure",
    "ClosureBook",
    "ClosureRunning",
    "ClosureStatus",
    "HoldsOpen",
    "MemberBlocked",
    "MemberEnded",
    "MemberMerge",
    "NotClosing",
    "Preview",
    "ReasonRefused",
    "SameMember",
    "SetAside",
    "Stake",
    "ask_to_leave",
    "checked",
    "checked_reason",
    "close_due",
    "closures",
    "closures_due",
    "merge",
    "merges",
    "preview",
    "running",
    "stake",
    "stay",
]
