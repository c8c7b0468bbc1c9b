from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.kit.calendar import add_months, day_end
from backend.kit.money import FEN_PER_YUAN, PER_TEN_THOUSAND
from backend.tiers.grammar import Code, Condition, Part
from backend.tiers.instants import FOREVER

MOST_TIERS: Final = 12
Name = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[^\x00-\x1f\x7f]*$")]
Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
Rate = Annotated[int, Field(strict=True, ge=1, le=PER_TEN_THOUSAND)]


class Decay(Part):
    """At the first instant of each shop year or month `keep` (per ten thousand) of the growth value is left."""

    every: Literal["year", "month"]
    keep: Rate


class GrowthRules(Part):
    """What gives growth value: `per_yuan` (per ten thousand) for each yuan paid, and each check-in."""

    per_yuan: Annotated[int, Field(strict=True, ge=0, le=100 * PER_TEN_THOUSAND)] = PER_TEN_THOUSAND
    check_in: Annotated[int, Field(strict=True, ge=0, le=10_000)] = 0
    decay: Decay | None = None


class Months(Part):
    """Good through the same shop day so many months later, or that month's last day."""

    months: Annotated[int, Field(strict=True, ge=1, le=120)]


Validity = Months | Literal["year-end", "forever"]


class Benefits(Part):
    """What a tier gives: rates per ten thousand (`price` of 9,500 is 95 折), counts, hours and minutes."""

    price: Rate = PER_TEN_THOUSAND
    multiplier: Annotated[int, Field(strict=True, ge=0, le=100 * PER_TEN_THOUSAND)] = PER_TEN_THOUSAND
    birthday_gift_points: Count = 0
    parking_minutes: Count = 0
    free_shipping: bool = False
    early_access_hours: Count = 0
    priority_service: bool = False
    shopper_visits: Count = 0


class Gift(Part):
    """What a member is given on rising to a tier, and not again within so many days of the last time."""

    points: Count = 0
    coupons: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=32)], ...], Field(max_length=20)] = ()
    again_after_days: Annotated[int, Field(strict=True, ge=0, le=3_660)] = 365


class TierRules(Part):
    """A tier. `keep` is asked at the end of its validity beside `qualify`; without one, `qualify` alone."""

    code: Code
    name: Name
    qualify: Condition | None = None
    keep: Condition | None = None
    validity: Validity = "forever"
    grace_days: Annotated[int, Field(strict=True, ge=0, le=366)] = 0
    landing: Literal["one-step", "full"] = "full"
    benefits: Benefits = Benefits()
    gift: Gift | None = None

    def good_until(self, day: date) -> datetime:
        """The first instant at which a validity that begins on a shop day is over; FOREVER if it never is."""
        if isinstance(self.validity, Months):
            return day_end(add_months(day, self.validity.months))
        return day_end(date(day.year + 1, 12, 31)) if self.validity == "year-end" else FOREVER

    @property
    def ways_to_keep(self) -> tuple[Condition, ...]:
        """What continues a validity: the keep rule, and qualifying anew."""
        return tuple(condition for condition in (self.keep, self.qualify) if condition is not None)


class TierBook(Part):
    """All tiers, the lowest first, and how they live."""

    growth: GrowthRules = GrowthRules()
    on_refund: Literal["recheck", "at-period-end"] = "recheck"
    change: Literal["protect", "recompute"] = "protect"
    tiers: Annotated[tuple[TierRules, ...], Field(min_length=1, max_length=MOST_TIERS)]
    replaced: dict[Code, Code] = Field(default_factory=dict)

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """The places of the tiers by code, 0 for the lowest."""
        return {tier.code: rank for rank, tier in enumerate(self.tiers)}

    @cached_property
    def from_the_top(self) -> tuple[TierRules, ...]:
        """The tiers above the lowest, the highest first."""
        return self.tiers[:0:-1]

    def rank(self, code: str) -> int:
        """The place of a tier, 0 for the lowest; of a tier that is no more, that of what replaced it."""
        rank = self.ranks.get(code)
        return self.ranks[self.code_now(code)] if rank is None else rank

    def code_now(self, code: str) -> str:
        """The code that stands for one of an older book; the lowest tier's for one that nothing replaced."""
        if code not in self.ranks:
            code = self.replaced.get(code, code)
        return code if code in self.ranks else self.tiers[0].code

    def rules_of(self, code: str) -> TierRules:
        """The tier with this code, or what replaced it."""
        return self.tiers[self.rank(code)]


def growth_for(spent_fen: int, per_yuan: int) -> int:
    """The growth value of what was paid in one purchase; `per_yuan` is per ten thousand. Rounded down once."""
    return spent_fen * per_yuan // (FEN_PER_YUAN * PER_TEN_THOUSAND)
