"""The ledger of points: accounts, a hash-chained journal, lots with expiry, and which lot paid for what.

Points are whole numbers. Every verb that changes an account takes the `Account` that `lock` gave, so that nothing can
be changed unlocked. The ledger knows no tiers, purchases or prices: callers say how many points, and why (`Source`).
"""

from backend.points.audit import Fault, verify
from backend.points.facts import PointsEarned, PointsExpired, PointsSpent
from backend.points.models import Account, Entry
from backend.points.queries import Balance, Expiring, accounts_due, balance_at, entries, entry_of, member_ids, summary
from backend.points.rules import Source, expiry_of
from backend.points.service import (
    AlreadyCancelled,
    Insufficient,
    NoAccount,
    NothingToCancel,
    cancel,
    credit,
    give_join_gift,
    lock,
    open_account,
    spend,
    take_back,
)

__all__ = [
    "Account",
    "AlreadyCancelled",
    "Balance",
    "Entry",
    "Expiring",
    "Fault",
    "Insufficient",
    "NoAccount",
    "NothingToCancel",
    "PointsEarned",
    "PointsExpired",
    "PointsSpent",
    "Source",
    "accounts_due",
    "balance_at",
    "cancel",
    "credit",
    "entries",
    "entry_of",
    "expiry_of",
    "give_join_gift",
    "lock",
    "member_ids",
    "open_account",
    "spend",
    "summary",
    "take_back",
    "verify",
]
