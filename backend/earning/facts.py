from dataclasses import dataclass
from datetime import datetime

from backend.points import Source


@dataclass(frozen=True)
class CouponsEarned:
    """A rule that gives coupons (codes of templates) applied to something that a member did."""

    member_id: int
    rule_code: str
    coupons: tuple[str, ...]
    source: Source
    book_version: int
    at: datetime


@dataclass(frozen=True)
class CouponsLost:
    """All of what rules had given coupons for was given back."""

    member_id: int
    rule_codes: tuple[str, ...]
    source: Source
    at: datetime
