"""What the rule book "plans" says: which memberships are sold, and how they go back."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.kit.definitions import faults
from backend.kit.schema import Schema
from backend.plans.errors import BookRefused, PlanUnknown

KIND: Final = "plans"
MOST_MONTHS: Final = 36

Code = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
Codes = Annotated[tuple[Code, ...], Field(max_length=10)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
Price = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]
Worth = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]


class Plan(Schema):
    """A membership for `months` or `days`. Of one `family` a member has one at a time: the next follows on the last.

    `benefits` are codes for whoever grants them. Coupons come at the beginning, and each month from then on. What is
    used of them, `coupon_values` each, is taken off what goes back. `counts_for_tier`: it is a paid membership to the
    book of tiers, month by month.
    """

    code: Code
    family: Code
    name: Name
    intro: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    price_fen: Price
    months: Annotated[int, Field(strict=True, ge=1, le=MOST_MONTHS)] | None = None
    days: Annotated[int, Field(strict=True, ge=1, le=1100)] | None = None
    benefits: Codes = ()
    welcome_coupons: Codes = ()
    monthly_coupons: Codes = ()
    coupon_values: Annotated[dict[Code, Worth], Field(max_length=20, default_factory=dict)]
    counts_for_tier: bool = False
    on_sale: bool = True

    @property
    def gives_by_month(self) -> bool:
        """Whether something comes with each month."""
        return bool(self.monthly_coupons) or self.counts_for_tier

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.months is None) == (self.days is None):
            raise ValueError("months 与 days 须且只能填写一项")
        if strangers := sorted(self.coupon_values.keys() - {*self.welcome_coupons, *self.monthly_coupons}):
            raise ValueError(f"coupon_values 含有不发放的券：{', '.join(strangers)}")
        return self


class PlanBook(Schema):
    """One version of these rules. All of the price goes back within `cooling_off_days` while nothing was used."""

    plans: Annotated[tuple[Plan, ...], Field(max_length=50)]
    remind_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 7
    cooling_off_days: Annotated[int, Field(strict=True, ge=0, le=30)] = 7
    pay_within_minutes: Annotated[int, Field(strict=True, ge=5, le=110)] = 30
    longest_ahead_months: Annotated[int, Field(strict=True, ge=1, le=120)] = 60

    @property
    def pay_within(self) -> timedelta:
        return timedelta(minutes=self.pay_within_minutes)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [plan.code for plan in self.plans]
        if len(set(codes)) < len(codes):
            raise ValueError("套餐 code 不能重复")
        return self


def checked(definition: dict[str, Any]) -> PlanBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return PlanBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def live(session: Session, *, now: datetime) -> tuple[int, PlanBook]:
    """The version in force, and its rules."""
    book = rulebooks.live(session, KIND, now=now)
    return book.version, _parsed(book)


def of_version(session: Session, version: int) -> PlanBook:
    """The rules that an order was placed by."""
    return _parsed(rulebooks.get(session, KIND, version))


def on_sale(book: PlanBook, code: str) -> Plan:
    """A plan that is sold. Raises PlanUnknown."""
    found = next((plan for plan in book.plans if plan.code == code and plan.on_sale), None)
    if found is None:
        raise PlanUnknown
    return found


@lru_cache(maxsize=64)
def _parsed(book: rulebooks.Book) -> PlanBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)
