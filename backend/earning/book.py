"""The document that says what points are given for. One published version of it never changes."""

import json
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from backend import points
from backend.kit.money import PER_TEN_THOUSAND
from backend.kit.schema import Fen, Instant, Points, Schema

KIND: Final = "earning"
LARGEST_RATE: Final = 100 * PER_TEN_THOUSAND
MOST_GROUPS: Final = 50
MOST_RULES: Final = 500
MOST_COUPONS: Final = 20
PARSED_BOOKS: Final = 32

Trigger = Literal[
    "purchase",
    "check-in",
    "share",
    "referral",
    "registration",
    "attendance",
    "profile-completed",
    "survey",
    "birthday",
    "manual",
]
Stacking = Literal["add", "best", "multiply"]
Rounding = Literal["down", "half-up", "up"]
TRIGGERS: Final[tuple[str, ...]] = get_args(Trigger)
LINE_CONDITIONS: Final = ("counters", "brands", "categories")
PURCHASE_CONDITIONS: Final = (*LINE_CONDITIONS, "first_purchase", "min_amount_fen", "max_amount_fen")
PERIODS: Final = ("day", "month", "ever")


def _told_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values or len(set(values)) < len(values):
        raise ValueError("不能为空，也不能重复")
    return values


Code = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=ONE_LINE)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=ONE_LINE)]
Words = Annotated[tuple[Word, ...], AfterValidator(_told_once)]
Weekdays = Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=7)], ...], AfterValidator(_told_once)]
MonthDays = Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=31)], ...], AfterValidator(_told_once)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Hours = Annotated[tuple[tuple[TimeOfDay, TimeOfDay], ...], AfterValidator(_told_once)]
Coupons = Annotated[tuple[Code, ...], Field(max_length=MOST_COUPONS)]
Rate = Annotated[int, Field(strict=True, ge=1, le=LARGEST_RATE)]
Multiplier = Annotated[int, Field(strict=True, ge=0, le=LARGEST_RATE)]


class PointsGroup(Schema):
    """Rules that give points. Its sum is rounded once; `scaled` says whether multipliers act on it."""

    code: Code
    kind: Literal["points"]
    stacking: Literal["add", "best"]
    scaled: bool = False
    rounding: Rounding = "down"


class MultiplierGroup(Schema):
    """Rules that multiply what scaled groups give. Groups multiply one another."""

    code: Code
    kind: Literal["multiplier"]
    stacking: Stacking


Group = Annotated[PointsGroup | MultiplierGroup, Field(discriminator="kind")]


class Conditions(Schema):
    """When a rule applies: all that is told must hold; of a list any one. Counters, brands and categories choose lines.

    Weekdays are 1 (Monday) to 7, `member_days` days of the month, hours shop time ("10:00" to before "12:00").
    """

    tiers: Words | None = None
    tags: Words | None = None
    stores: Words | None = None
    counters: Words | None = None
    brands: Words | None = None
    categories: Words | None = None
    weekdays: Weekdays | None = None
    member_days: MonthDays | None = None
    hours: Hours | None = None
    from_at: Instant | None = None
    until_at: Instant | None = None
    first_purchase: Literal[True] | None = None
    min_amount_fen: Fen | None = None
    max_amount_fen: Fen | None = None

    @property
    def choose_lines(self) -> bool:
        """Whether some lines of a bill count and others do not."""
        return any(getattr(self, name) is not None for name in LINE_CONDITIONS)


class Effect(Schema):
    """Exactly one of: points as they are, points for each yuan, a share of what the activity itself reckoned, or a
    multiplier. Rates are per ten thousand.
    """

    fixed: Points | None = None
    per_yuan: Rate | None = None
    base: Rate | None = None
    multiplier: Multiplier | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.fixed, self.per_yuan, self.base, self.multiplier].count(None) != 3:  # noqa: PLR2004  one of four
            raise ValueError("fixed、per_yuan、base、multiplier 须填且只填一项")
        return self


class Caps(Schema):
    """The most points of a rule for one member, on a shop day, in a calendar month, ever."""

    day: Points | None = None
    month: Points | None = None
    ever: Points | None = None


class Months(Schema):
    """Good for so many months."""

    months: Annotated[int, Field(strict=True, ge=1, le=120)]


class Rule(Schema):
    """What is given, for what, when, how much at most, and how long it is good (null: as the house has it).

    `coupons` are codes of coupon templates, of each of which one is given besides wherever the rule gives anything.
    """

    code: Code
    name: Name
    group: Code
    trigger: Trigger
    conditions: Conditions = Conditions()
    effect: Effect
    coupons: Coupons = ()
    expiry: Months | Literal["year-end", "never"] | None = None
    caps: Caps | None = None
    budget: Points | None = None
    enabled: bool = True

    @property
    def limited(self) -> bool:
        """Whether caps or a budget may give less than the rule says; such a rule is rounded by itself."""
        return self.caps is not None or self.budget is not None

    @property
    def reduces(self) -> bool:
        """Whether it is a multiplier below 1."""
        return self.effect.multiplier is not None and self.effect.multiplier < PER_TEN_THOUSAND

    @property
    def good_for(self) -> points.Expiry | None:
        """How long its points are good, None for the house's policy."""
        if isinstance(self.expiry, Months):
            return points.Expiry("months", self.expiry.months)
        return None if self.expiry is None else points.Expiry(self.expiry)


class EarningBook(Schema):
    """All rules. What does not go together in it is told by `drafting.checked`."""

    groups: Annotated[tuple[Group, ...], Field(max_length=MOST_GROUPS)]
    rules: Annotated[tuple[Rule, ...], Field(max_length=MOST_RULES)]

    def of(self, trigger: str) -> list[Rule]:
        """The rules of a trigger, in the order of their groups, then of their codes."""
        position = {group.code: place for place, group in enumerate(self.groups)}
        mine = [rule for rule in self.rules if rule.trigger == trigger]
        return sorted(mine, key=lambda rule: (position[rule.group], rule.code))

    @property
    def plain_per_yuan(self) -> int:
        """Points for a yuan (per ten thousand) that every purchase earns and that a tier's rate multiplies."""
        scaled = {group.code: group for group in self.groups if isinstance(group, PointsGroup) and group.scaled}
        plain = [
            rule
            for rule in self.of("purchase")
            if rule.enabled and rule.group in scaled and rule.conditions == Conditions()
        ]
        rates = [rule.effect.per_yuan or 0 for rule in plain]
        best = any(scaled[rule.group].stacking == "best" for rule in plain)
        return max(rates) if best else sum(rates)


def parsed(definition: dict[str, Any]) -> EarningBook:
    """The model of a stored definition; equal definitions are read once. Raises pydantic's ValidationError."""
    return _parsed(json.dumps(definition, sort_keys=True))


@lru_cache(PARSED_BOOKS)
def _parsed(text: str) -> EarningBook:
    return EarningBook.model_validate_json(text)
