from dataclasses import dataclass
from datetime import date, datetime

from backend.tiers.conditions import Way


@dataclass(frozen=True)
class TierReached:
    """A member rose to a tier, by the line `growth_seq` of their growth journal."""

    member_id: int
    tier_code: str
    tier_name: str
    previous_code: str
    growth_seq: int
    at: datetime


@dataclass(frozen=True)
class TierLost:
    """A member fell back to a lower tier; `tier_code` is the one they are in now."""

    member_id: int
    tier_code: str
    tier_name: str
    previous_code: str
    growth_seq: int
    at: datetime


@dataclass(frozen=True)
class TierFallsSoon:
    """A member's tier ends with `last_day` unless one of the ways is gone: each says what is missing, all of it.

    `words` are the ways as members read them; empty when nothing that a member does can keep the tier.
    """

    member_id: int
    tier_code: str
    tier_name: str
    last_day: date
    ways: tuple[Way, ...]
    words: str
    at: datetime


@dataclass(frozen=True)
class TierGiftGiven:
    """A member was given what comes with rising to a tier; `coupons` are the codes of kinds to issue."""

    member_id: int
    tier_code: str
    points: int
    coupons: tuple[str, ...]
    growth_seq: int
    at: datetime
