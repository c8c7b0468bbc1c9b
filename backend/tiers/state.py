from dataclasses import dataclass, field
from datetime import datetime

from backend.tiers.conditions import Way
from backend.tiers.timeline import Edition

PERIOD_END, GRACE_END, MANUAL_END, NEW_BOOK, PAID_START = (
    "period-end",
    "grace-end",
    "manual-end",
    "new-book",
    "paid-start",
)
"""What time brings; a step that a line brings is caused by the kind of the line."""


@dataclass
class State:
    """Where a member stands at one instant, but for what counts (`History`).

    `terms` are the ends of the validities that run, `lapsed` those that ended unkept and are in their grace, both in
    order by tier code. `earned` is the tier without one given by hand, `tier` the one held.
    """

    version: int
    tier: str
    earned: str
    at: datetime
    terms: dict[str, list[datetime]] = field(default_factory=dict)
    lapsed: dict[str, list[datetime]] = field(default_factory=dict)
    manual: tuple[str, datetime] | None = None


@dataclass(frozen=True)
class Step:
    """A change of the tier held or earned, at the instant it happened, with what was met or missed."""

    at: datetime
    cause: str
    version: int
    before: str
    after: str
    earned_before: str
    earned_after: str
    evidence: tuple[Way, ...]


@dataclass(frozen=True)
class Decayed:
    """What a decay took of the growth value."""

    at: datetime
    amount: int


def opening(edition: Edition, at: datetime) -> State:
    """Where somebody begins who joins at an instant: in the lowest tier."""
    lowest = edition.book.tiers[0].code
    return State(version=edition.version, tier=lowest, earned=lowest, at=at)
