from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class CheckedIn:
    """A member checked in on a shop day and was paid `points`."""

    member_id: int
    day: date
    streak: int
    points: int
    at: datetime
