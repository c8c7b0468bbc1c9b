"""Check-ins: a member's daily visits, their streaks and the points they pay. Owns the table `check_ins`."""

from backend.checkin.facts import CheckedIn
from backend.checkin.merging import absorb_visits
from backend.checkin.models import CheckIn
from backend.checkin.queries import Standing, month, standing
from backend.checkin.service import AlreadyCheckedIn, Visit, check_in

__all__ = [
    "AlreadyCheckedIn",
    "CheckIn",
    "CheckedIn",
    "Standing",
    "Visit",
    "absorb_visits",
    "check_in",
    "month",
    "standing",
]
