"""Invitations: who brought whom, what both are given for it, how far inviters have come, whom employees brought.

Owns the tables `referral_*`. A newcomer is bound once and judged by the version of the rules (the book "referral")
that was in force then. Paid is when the return window of the first purchase that counts has passed: both sides in one
transaction, each once; what looks suspicious (`risk`) waits for people. Locks are taken in the order accounts (by
member), invitation, periods, budget.
"""

from backend.referrals.binding import bind_by_share, bind_joined, bind_late
from backend.referrals.book import KIND, ReferralBook, checked
from backend.referrals.codes import code_of, make_code
from backend.referrals.errors import (
    BookRefused,
    CodeUnknown,
    DecidedBefore,
    InvitationUnknown,
    InvitedBefore,
    NoNewcomer,
    NotRunning,
    OwnCode,
    ReasonRefused,
    TooLate,
)
from backend.referrals.facts import (
    InvitationIgnored,
    ReferralInReview,
    ReferralRefused,
    ReferralRewarded,
    ReferralStageReached,
)
from backend.referrals.models import Invitation
from backend.referrals.owners import end_invitations, move_invitations
from backend.referrals.people import names
from backend.referrals.qualifying import note_purchase, note_refund
from backend.referrals.queries import (
    Friend,
    Place,
    Ranked,
    Shown,
    StageShown,
    due,
    find,
    friends,
    in_review,
    invitation_of,
    place_of,
    ranking,
    rewarded_friends,
    rules_in_force,
    stages,
)
from backend.referrals.reviewing import accept, refuse
from backend.referrals.settling import Outcome, settle
from backend.referrals.staff import StaffLine, note_staff_purchase, note_staff_refund, staff_report

__all__ = [
    "KIND",
    "BookRefused",
    "CodeUnknown",
    "DecidedBefore",
    "Friend",
    "Invitation",
    "InvitationIgnored",
    "InvitationUnknown",
    "InvitedBefore",
    "NoNewcomer",
    "NotRunning",
    "Outcome",
    "OwnCode",
    "Place",
    "Ranked",
    "ReasonRefused",
    "ReferralBook",
    "ReferralInReview",
    "ReferralRefused",
    "ReferralRewarded",
    "ReferralStageReached",
    "Shown",
    "StaffLine",
    "StageShown",
    "TooLate",
    "accept",
    "bind_by_share",
    "bind_joined",
    "bind_late",
    "checked",
    "code_of",
    "due",
    "end_invitations",
    "find",
    "friends",
    "in_review",
    "invitation_of",
    "make_code",
    "move_invitations",
    "names",
    "note_purchase",
    "note_refund",
    "note_staff_purchase",
    "note_staff_refund",
    "place_of",
    "ranking",
    "refuse",
    "rewarded_friends",
    "rules_in_force",
    "settle",
    "staff_report",
    "stages",
]
