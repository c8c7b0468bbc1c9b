from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from backend.kit.calendar import add_months, day_end
from backend.kit.money import FEN_PER_YUAN, PER_TEN_THOUSAND
from backend.kit.schema import LARGEST_FEN
from backend.tiers.instants import FOREVER

LONGEST_WINDOW: Final = 1_100
MOST_TIERS: Final = 12
CALENDAR_YEAR: Final = "calendar-year"

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,15}$")]
Name = Annotated[str, Field(min_length=1, max_length=20)]
Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
Many = Annotated[int, Field(strict=True, ge=1, le=10**9)]
Rate = Annotated[int, Field(strict=True, ge=1, le=PER_TEN_THOUSAND)]
Days = Annotated[int, Field(strict=True, ge=1, le=LONGEST_WINDOW)]
Window = Days | Literal["calendar-year"]
Spending = Annotated[int, Field(strict=True, ge=1, le=LARGEST_FEN)]


class Part(BaseModel):
    """A part of the book: strict, closed, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Spent(Part):
    """Spending (fen) in the last `days` shop days, today among them, or in the calendar year."""

    spent_fen: Spending
    days: Window


class DaySpent(Part):
    """Spending (fen) in one shop day, which is one of the last `days`."""

    spent_in_a_day_fen: Spending
    days: Window = 1


class Purchases(Part):
    """How many purchases, not wholly returned, in the last `days` shop days or in the calendar year."""

    purchases: Many
    days: Window


class Growth(Part):
    """Growth value at that moment."""

    growth: Many


class Friends(Part):
    """Friends who bought; with `tier`, only those who hold at least that tier."""

    friends: Annotated[int, Field(strict=True, ge=1, le=1_000)]
    tier: Code | None = None


class Paid(Part):
    """A paid membership period covers the moment; the tier then ends with the period."""

    paid_membership: Literal[True]


class Manual(Part):
    """Says that staff give the tier by hand (which they may for every tier): nothing that a member does fulfils it."""

    manual: Literal[True]


class AnyOf(Part):
    """One of these is enough."""

    any: Annotated[list["Condition"], Field(min_length=1, max_length=8)]


class AllOf(Part):
    """All of these together."""

    all: Annotated[list["Condition"], Field(min_length=1, max_length=8)]


def _kind(value: Any) -> str | None:
    names = value if isinstance(value, dict) else type(value).model_fields if isinstance(value, Part) else ()
    return next((kind for kind in _KINDS if kind in names), None)


Leaf = Spent | DaySpent | Purchases | Growth | Friends | Paid | Manual
Condition = Annotated[
    Annotated[Spent, Tag("spent_fen")]
    | Annotated[DaySpent, Tag("spent_in_a_day_fen")]
    | Annotated[Purchases, Tag("purchases")]
    | Annotated[Growth, Tag("growth")]
    | Annotated[Friends, Tag("friends")]
    | Annotated[Paid, Tag("paid_membership")]
    | Annotated[Manual, Tag("manual")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AllOf, Tag("all")],
    Discriminator(_kind),
]
_KINDS: Final = (
    "any",
    "all",
    "spent_fen",
    "spent_in_a_day_fen",
    "purchases",
    "growth",
    "friends",
    "paid_membership",
    "manual",
)


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
    coupons: Annotated[list[Annotated[str, Field(min_length=1, max_length=32)]], Field(max_length=20)] = []
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
    replaced: dict[Code, Code] = {}

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """The places of the tiers by code, 0 for the lowest."""
        return {tier.code: rank for rank, tier in enumerate(self.tiers)}

    def rank(self, code: str) -> int:
        """The place of a tier, 0 for the lowest; of a tier that is no more, that of what replaced it."""
        return self.ranks[self.code_now(code)]

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
