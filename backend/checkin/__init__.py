"""Check-ins: a member's daily visits, their streaks and what these are rewarded with; who wants to be reminded.

What it all gives is data (`rulebooks`, kind "check-in"). Owns the tables `check_ins`, `check_in_rewards` and
`check_in_reminders`.
"""

from backend.checkin.book import KIND, CheckInBook, Reward, checked, live
from backend.checkin.calendars import Calendar, StepAhead, calendar
from backend.checkin.errors import (
    AlreadyCheckedIn,
    BookRefused,
    DayNotMissed,
    DayOutOfReach,
    MakeUpsUsedUp,
    PlaceCodeInvalid,
    PlaceWanted,
    PositionWanted,
    PriceChanged,
    TooFar,
)
from backend.checkin.facts import CheckedIn, StepReached
from backend.checkin.making_up import MadeUp, make_up
from backend.checkin.merging import absorb_visits
from backend.checkin.models import CheckIn, StepReward
from backend.checkin.places import Arrival, arrive, place_code
from backend.checkin.queries import Standing, month, standing
from backend.checkin.reminding import drop_reminder, merge_reminder, remind_me, streaks, to_remind, wants_reminder
from backend.checkin.service import Visit, check_in

__all__ = [
    "KIND",
    "AlreadyCheckedIn",
    "Arrival",
    "BookRefused",
    "Calendar",
    "CheckIn",
    "CheckInBook",
    "CheckedIn",
    "DayNotMissed",
    "DayOutOfReach",
    "MadeUp",
    "MakeUpsUsedUp",
    "PlaceCodeInvalid",
    "PlaceWanted",
    "PositionWanted",
    "PriceChanged",
    "Reward",
    "Standing",
    "StepAhead",
    "StepReached",
    "StepReward",
    "TooFar",
    "Visit",
    "absorb_visits",
    "arrive",
    "calendar",
    "check_in",
    "checked",
    "drop_reminder",
    "live",
    "make_up",
    "merge_reminder",
    "month",
    "place_code",
    "remind_me",
    "standing",
    "streaks",
    "to_remind",
    "wants_reminder",
]
