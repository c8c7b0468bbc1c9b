from dataclasses import dataclass
from datetime import datetime


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
