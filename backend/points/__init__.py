"""The ledger of points: accounts, a hash-chained journal, lots with expiry, and which lot paid for what.

Points are whole numbers. Every verb that changes an account takes the `Account` that `lock` gave, so that nothing can
be changed unlocked. The ledger knows no tiers, purchases or prices: callers say how many points, and why (`Source`).
"""

from backend.points.audit import Fault, verify
from backend.points.care import extend, freeze, unfreeze
from backend.points.errors import (
    AccountClosed,
    AlreadyCancelled,
    Frozen,
    HoldCaptured,
    HoldEnded,
    HoldsOpen,
    HoldUnknown,
    Insufficient,
    LotUnknown,
    NoAccount,
    NothingToCancel,
    NotLater,
    TooFar,
)
from backend.points.expiring import expiring_on, expiring_within
from backend.points.facts import PointsEarned, PointsExpired, PointsPromised, PointsSpent
from backend.points.holding import capture, hold_of, prolong, release, reserve
from backend.points.journal import entry_of
from backend.points.models import Account, Entry, Hold, Lot, Pending
from backend.points.moving import Moved, close, merge, transfer
from backend.points.night import Due, accounts_due, catch_up, due_accounts
from backend.points.pending import promise
from backend.points.queries import (
    Balance,
    Expiring,
    Settling,
    balance_at,
    entries,
    frozen,
    holds,
    lots,
    member_ids,
    moved_by,
    pendings,
    summary,
)
from backend.points.rules import HOUSE_EXPIRY, Expiry, Source
from backend.points.service import (
    TakenBack,
    cancel,
    credit,
    give_back,
    lock,
    lock_both,
    open_account,
    spend,
    take_back,
)

__all__ = [
    "HOUSE_EXPIRY",
    "Account",
    "AccountClosed",
    "AlreadyCancelled",
    "Balance",
    "Due",
    "Entry",
    "Expiring",
    "Expiry",
    "Fault",
    "Frozen",
    "Hold",
    "HoldCaptured",
    "HoldEnded",
    "HoldUnknown",
    "HoldsOpen",
    "Insufficient",
    "Lot",
    "LotUnknown",
    "Moved",
    "NoAccount",
    "NotLater",
    "NothingToCancel",
    "Pending",
    "PointsEarned",
    "PointsExpired",
    "PointsPromised",
    "PointsSpent",
    "Settling",
    "Source",
    "TakenBack",
    "TooFar",
    "accounts_due",
    "balance_at",
    "cancel",
    "capture",
    "catch_up",
    "close",
    "credit",
    "due_accounts",
    "entries",
    "entry_of",
    "expiring_on",
    "expiring_within",
    "extend",
    "freeze",
    "frozen",
    "give_back",
    "hold_of",
    "holds",
    "lock",
    "lock_both",
    "lots",
    "member_ids",
    "merge",
    "moved_by",
    "open_account",
    "pendings",
    "prolong",
    "promise",
    "release",
    "reserve",
    "spend",
    "summary",
    "take_back",
    "transfer",
    "unfreeze",
    "verify",
]
