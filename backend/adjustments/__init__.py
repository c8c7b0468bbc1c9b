"""Points given or taken by hand: reasons, limits, a second pair of eyes, and grants to many at once.

What an operator may let move alone, and what of another's, says the rule book "adjustments". Whoever lets points move
has them counted against his or her day. Grants are planned from a list, approved, and then handed out row by row.
"""

from backend.adjustments.book import KIND as BOOK
from backend.adjustments.book import AdjustmentBook, checked
from backend.adjustments.care import extend_lot, freeze, freeze_unsound, freezes, unfreeze
from backend.adjustments.endings import drop_requests, lapse_due, move_to_survivor
from backend.adjustments.errors import (
    AdjustmentUnknown,
    AmountRefused,
    BadLines,
    BeyondAllowance,
    BookRefused,
    FileUnreadable,
    GrantUnknown,
    KeyRefused,
    KeyReused,
    NeedsApproval,
    NotApplied,
    NoteRefused,
    NothingToGive,
    NothingToRetry,
    NotNow,
    NotWaiting,
    NotYours,
    PlanOutdated,
    ReasonUnknown,
    SamePerson,
    WrongDirection,
)
from backend.adjustments.grants import (
    approve_grant,
    cancel_grant,
    pause_grant,
    retry_grant,
    reverse_grant,
    start_grant,
)
from backend.adjustments.handout import Slice, hand_out
from backend.adjustments.lines import Fault
from backend.adjustments.models import Adjustment, FreezeDecision, Grant, GrantDecision, GrantRow
from backend.adjustments.overview import (
    Progress,
    decisions,
    grant,
    grant_rows,
    grants_page,
    progress,
    under_way,
)
from backend.adjustments.plans import Gift, Plan, Purpose, check, draw_up, store
from backend.adjustments.queries import get, page
from backend.adjustments.requests import Wish, approve, refuse, request, reverse, withdraw
from backend.adjustments.rules import ADJUSTMENT_WORDS, GRANT_WORDS, ROW_STATUSES, status_at

__all__ = [
    "ADJUSTMENT_WORDS",
    "BOOK",
    "GRANT_WORDS",
    "ROW_STATUSES",
    "Adjustment",
    "AdjustmentBook",
    "AdjustmentUnknown",
    "AmountRefused",
    "BadLines",
    "BeyondAllowance",
    "BookRefused",
    "Fault",
    "FileUnreadable",
    "FreezeDecision",
    "Gift",
    "Grant",
    "GrantDecision",
    "GrantRow",
    "GrantUnknown",
    "KeyRefused",
    "KeyReused",
    "NeedsApproval",
    "NotApplied",
    "NotNow",
    "NotWaiting",
    "NotYours",
    "NoteRefused",
    "NothingToGive",
    "NothingToRetry",
    "Plan",
    "PlanOutdated",
    "Progress",
    "Purpose",
    "ReasonUnknown",
    "SamePerson",
    "Slice",
    "Wish",
    "WrongDirection",
    "approve",
    "approve_grant",
    "cancel_grant",
    "check",
    "checked",
    "decisions",
    "draw_up",
    "drop_requests",
    "extend_lot",
    "freeze",
    "freeze_unsound",
    "freezes",
    "get",
    "grant",
    "grant_rows",
    "grants_page",
    "hand_out",
    "lapse_due",
    "move_to_survivor",
    "page",
    "pause_grant",
    "progress",
    "refuse",
    "request",
    "retry_grant",
    "reverse",
    "reverse_grant",
    "start_grant",
    "status_at",
    "store",
    "under_way",
    "unfreeze",
    "withdraw",
]
