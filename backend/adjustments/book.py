"""What the rule book "adjustments" says: reasons, what each operator may let move, how long a request waits."""

from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.adjustments.errors import BookRefused, ReasonUnknown, WrongDirection
from backend.adjustments.rules import LARGEST_AMOUNT, LONGEST_WORDS
from backend.kit.definitions import faults
from backend.kit.schema import Schema

KIND: Final = "adjustments"

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,31}$")]
Login = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{2,31}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_WORDS, pattern=r"^\S(.*\S)?$")]
Amount = Annotated[int, Field(strict=True, ge=0, le=LARGEST_AMOUNT)]


class Reason(Schema):
    """Why points are given or taken: the words that people read, and which way they may go."""

    code: Code
    words: Words
    direction: Literal["credit", "debit", "both"]
    enabled: bool = True

    def allows(self, amount: int) -> bool:
        """Whether points may go this way for this reason."""
        return self.direction in {"both", "credit" if amount > 0 else "debit"}


class Allowance(Schema):
    """How many points an operator may let move: in one go, and on one shop day. 0 is none."""

    each: Amount
    day: Amount

    @model_validator(mode="after")
    def _a_day_holds_one(self) -> "Allowance":
        if self.day < self.each:
            raise ValueError("the day's limit is below the limit of one")
        return self


class Allowances(Schema):
    """What an operator may do: adjust alone, approve what another asked for, grant alone, approve another's grant."""

    adjust: Allowance
    approve: Allowance
    grant: Allowance
    approve_grant: Allowance


class Exceptions(Schema):
    """Allowances of one operator that differ from those of the role."""

    adjust: Allowance | None = None
    approve: Allowance | None = None
    grant: Allowance | None = None
    approve_grant: Allowance | None = None


class Roles(Schema):
    """The allowances of each role."""

    operator: Allowances
    admin: Allowances


class AdjustmentBook(Schema):
    """One version of these rules. `largest_gift` bounds what one member may get out of a grant."""

    reasons: Annotated[list[Reason], Field(min_length=1, max_length=100)]
    roles: Roles
    logins: dict[Login, Exceptions]
    waits_days: Annotated[int, Field(strict=True, ge=1, le=90)]
    largest_gift: Annotated[int, Field(strict=True, ge=1, le=LARGEST_AMOUNT)]

    @model_validator(mode="after")
    def _each_reason_once(self) -> "AdjustmentBook":
        twice = [code for code, count in Counter(reason.code for reason in self.reasons).items() if count > 1]
        if twice:
            raise ValueError(f"reasons named twice: {', '.join(twice)}")
        return self

    def reason(self, code: str, amount: int) -> Reason:
        """The reason of this code, for points that go this way. Raises ReasonUnknown, WrongDirection."""
        found = next((reason for reason in self.reasons if reason.code == code and reason.enabled), None)
        if found is None:
            raise ReasonUnknown
        if not found.allows(amount):
            raise WrongDirection
        return found

    def allowances(self, login: str, role: str) -> Allowances:
        """What an operator may let move: the exceptions made for the login, else what the role may."""
        by_role = self.roles.admin if role == "admin" else self.roles.operator
        exceptions = self.logins.get(login)
        if exceptions is None:
            return by_role
        return by_role.model_copy(update={name: one for name, one in exceptions if one is not None})


def checked(definition: dict[str, Any]) -> AdjustmentBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return AdjustmentBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def live(session: Session, *, now: datetime) -> tuple[int, AdjustmentBook]:
    """The version in force at `now`, and what it says."""
    book = rulebooks.live(session, KIND, now=now)
    return book.version, _parsed(book)


@lru_cache(maxsize=16)
def _parsed(book: rulebooks.Book) -> AdjustmentBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)
