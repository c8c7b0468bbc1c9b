"""What the rule book "check-in" says: what a day pays, what days in a row and days of a cycle are rewarded with."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.checkin.errors import BookRefused
from backend.kit.definitions import faults
from backend.kit.distances import Latitude, Longitude
from backend.kit.holidays import NAMES, holidays_on
from backend.kit.schema import Day, Schema

KIND: Final = "check-in"
MOST_STEPS: Final = 60
MOST_SPECIAL_DAYS: Final = 100
MOST_SITES: Final = 1000
DAYS_BACK: Final = 31  # a make-up joins what lies behind it: so many days are looked at

Cycle = Literal["streak", "week", "month"]
CYCLES: Final[tuple[Cycle, ...]] = ("streak", "week", "month")
LONGEST: Final = {"streak": 3660, "week": 7, "month": 31}

Code = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
StoreCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,20}$")]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Amount = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Days = Annotated[int, Field(strict=True, ge=0, le=DAYS_BACK)]
Flag = Annotated[bool, Field(strict=True)]
Weekday = Annotated[int, Field(strict=True, ge=1, le=7)]
MonthDay = Annotated[int, Field(strict=True, ge=1, le=31)]
Holiday = Annotated[str, StringConstraints(pattern=f"^({'|'.join(NAMES)})$")]


class Tickets(Schema):
    """Tickets of the draw with this code."""

    draw: Code
    count: Annotated[int, Field(strict=True, ge=1, le=100)]


class Reward(Schema):
    """What is given: points, a coupon of each template, tickets of draws."""

    points: Amount = 0
    coupons: Annotated[tuple[Code, ...], Field(max_length=5)] = ()
    tickets: Annotated[tuple[Tickets, ...], Field(max_length=5)] = ()

    @model_validator(mode="after")
    def _gives_something(self) -> Self:
        if not (self.points or self.coupons or self.tickets):
            raise ValueError("奖励不能为空")
        return self


class Step(Reward):
    """A reward for so many days: in a row, or within a calendar week or month."""

    days: Annotated[int, Field(strict=True, ge=1, le=LONGEST["streak"])]


class SpecialDay(Reward):
    """Days on which a check-in gives more: by date, weekday (1 is Monday), day of the month, or holiday."""

    name: Name
    dates: Annotated[tuple[Day, ...], Field(max_length=366)] = ()
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    month_days: Annotated[tuple[MonthDay, ...], Field(max_length=31)] = ()
    holidays: Annotated[tuple[Holiday, ...], Field(max_length=len(NAMES))] = ()

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not (self.dates or self.weekdays or self.month_days or self.holidays):
            raise ValueError("须写明日期、星期、每月几日或节日")
        return self

    def is_on(self, day: date) -> bool:
        """Whether it is that day."""
        plain = day in self.dates or day.isoweekday() in self.weekdays or day.day in self.month_days
        return plain or bool(self.holidays and not holidays_on(day).isdisjoint(self.holidays))


class Daily(Schema):
    """What a day pays: `points`, and `streak_bonus` more for each further day in a row, up to a number of days."""

    points: Amount
    streak_bonus: Amount
    longest_paid_streak: Annotated[int, Field(strict=True, ge=1, le=LONGEST["streak"])]

    def of(self, streak: int) -> int:
        """The points for the `streak`-th day in a row; a longer streak never pays less."""
        return self.points + self.streak_bonus * (min(streak, self.longest_paid_streak) - 1)


class MakeUps(Schema):
    """Which missed days may be made up: so many days back, so many a month, for points each.

    `free` says how many of those of a month are for nothing, by tier.
    """

    days_back: Days
    per_month: Days
    points: Amount
    free: dict[Code, Days]


class Site(Schema):
    """Where a store is."""

    store: StoreCode
    latitude: Latitude
    longitude: Longitude


class Places(Schema):
    """Check-ins at a store: whether there are no others, what they give more, how far away from the store they count.

    With `by_scene` the store's code of the official account counts too, which does not rotate.
    """

    required: Flag
    points: Amount
    radius_m: Annotated[int, Field(strict=True, ge=10, le=100_000)] | None
    by_scene: Flag
    sites: Annotated[tuple[Site, ...], Field(max_length=MOST_SITES)]

    def site_of(self, store_code: str) -> Site | None:
        """Where a store is, if that was written down."""
        return next((site for site in self.sites if site.store == store_code), None)


class CheckInBook(Schema):
    """One version of these rules."""

    daily: Daily
    streak: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)]
    week: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)]
    month: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)]
    special_days: Annotated[tuple[SpecialDay, ...], Field(max_length=MOST_SPECIAL_DAYS)]
    make_ups: MakeUps
    places: Places

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        wrong = [*_wrong_steps(self), *_named_twice(site.store for site in self.places.sites)]
        if wrong:
            raise ValueError("；".join(wrong))
        return self

    def steps(self, cycle: Cycle) -> dict[int, Step]:
        """The steps of a kind of cycle by their days, the first first."""
        steps: tuple[Step, ...] = getattr(self, cycle)
        return {step.days: step for step in sorted(steps, key=lambda one: one.days)}

    def special(self, day: date) -> list[SpecialDay]:
        """What is special about a day."""
        return [one for one in self.special_days if one.is_on(day)]


def checked(definition: dict[str, Any]) -> CheckInBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return CheckInBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def live(session: Session, *, now: datetime) -> tuple[int, CheckInBook]:
    """The version in force at `now`, and what it says."""
    book = rulebooks.live(session, KIND, now=now)
    return book.version, _parsed(book)


@lru_cache(maxsize=16)
def _parsed(book: rulebooks.Book) -> CheckInBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)


def _wrong_steps(book: CheckInBook) -> Iterator[str]:
    for cycle in CYCLES:
        days = [step.days for step in getattr(book, cycle)]
        yield from _named_twice(f"{cycle} {number}" for number in days)
        yield from (f"{cycle} {number} 超过 {LONGEST[cycle]} 天" for number in days if number > LONGEST[cycle])


def _named_twice(names: Iterable[str]) -> Iterator[str]:
    return (f"{name} 重复" for name, count in Counter(names).items() if count > 1)
