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


@dataclass(frozen=True)
class StepReached:
    """A member was given a reward of check-ins; `tickets` are of draws, by their codes."""

    member_id: int
    reward_id: int
    tickets: tuple[tuple[str, int], ...]
    at: datetime
