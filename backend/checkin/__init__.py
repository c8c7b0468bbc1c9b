"""Check-ins: a member's daily visits, their streaks and the points they pay; and who wants to be reminded.

Owns the tables `check_ins` and `check_in_reminders`.
"""

from backend.checkin.facts import CheckedIn
from backend.checkin.merging import absorb_visits
from backend.checkin.models import CheckIn
from backend.checkin.queries import Standing, month, standing
from backend.checkin.reminding import drop_reminder, merge_reminder, remind_me, streaks, to_remind, wants_reminder
from backend.checkin.service import AlreadyCheckedIn, Visit, check_in

__all__ = [
    "AlreadyCheckedIn",
    "CheckIn",
    "CheckedIn",
    "Standing",
    "Visit",
    "absorb_visits",
    "check_in",
    "drop_reminder",
    "merge_reminder",
    "month",
    "remind_me",
    "standing",
    "streaks",
    "to_remind",
    "wants_reminder",
]
