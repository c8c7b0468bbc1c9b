"""What the rule book "referral" says: which purchase of a newcomer counts, and what both sides are given for it."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.kit.definitions import faults
from backend.kit.schema import Fen, Points, Schema
from backend.referrals.errors import BookRefused

KIND: Final = "referral"

Amount = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Friends = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Template = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=100)]


class Gift(Schema):
    """Points, growth value, and a coupon of a template; draws give their tickets by their own rules."""

    points: Amount = 0
    growth: Amount = 0
    coupon: Template | None = None


class Stage(Gift):
    """What an inviter is given once, when so many friends have been rewarded."""

    friends: Friends


class ReferralBook(Schema):
    """One version of these rules.

    A purchase counts that is paid within `buy_within_days` of joining, in one of the `stores` (codes; null: any), of
    at least `least_fen` in money after refunds, in goods of the `categories` (null: any). It is rewarded when the
    store's return window has passed, and `wait_days` at least. `friends_a_month` bounds an inviter, `points_a_month`
    the house. A code may be entered for `late_hours` after joining. What a newcomer of an employee buys in
    `staff_days` is put down to the employee.
    """

    running: bool
    least_fen: Fen
    stores: Words | None = None
    categories: Words | None = None
    buy_within_days: Annotated[int, Field(strict=True, ge=1, le=365)]
    wait_days: Annotated[int, Field(strict=True, ge=0, le=90)]
    late_hours: Annotated[int, Field(strict=True, ge=0, le=168)] = 0
    inviter: Gift
    newcomer: Gift
    stages: Annotated[tuple[Stage, ...], Field(max_length=20)] = ()
    friends_a_month: Friends | None = None
    points_a_month: Points | None = None
    staff_days: Annotated[int, Field(strict=True, ge=0, le=365)] = 30

    @model_validator(mode="after")
    def _sound(self) -> Self:
        heights = [stage.friends for stage in self.stages]
        if heights != sorted(set(heights)):
            raise ValueError("stages 须按 friends 从小到大，且不能重复")
        return self


def checked(definition: dict[str, Any]) -> ReferralBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return ReferralBook.model_validate_json(json.dumps(definition))
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def live(session: Session, *, now: datetime) -> tuple[int, ReferralBook]:
    """The version in force at `now`, and what it says."""
    book = rulebooks.live(session, KIND, now=now)
    return book.version, _parsed(book)


def of_version(session: Session, version: int) -> ReferralBook:
    """What a version says."""
    return _parsed(rulebooks.get(session, KIND, version))


@lru_cache(maxsize=32)
def _parsed(book: rulebooks.Book) -> ReferralBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)
