"""When each member was here last, to buy, to check in or at an event, and how often who stays away was asked back.

Owns the table `member_visits`, one row a member from joining on.
"""

from backend.visits.owners import forget_visits, join_visits
from backend.visits.queries import Since, stayed_away
from backend.visits.service import note_asked, note_attendance, note_check_in, note_joining, note_purchase

__all__ = [
    "Since",
    "forget_visits",
    "join_visits",
    "note_asked",
    "note_attendance",
    "note_check_in",
    "note_joining",
    "note_purchase",
    "stayed_away",
]
