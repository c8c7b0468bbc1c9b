"""What the rule book "closure" says: for how long a member who wants to leave may think again."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.kit.definitions import faults
from backend.kit.schema import Schema
from backend.lifecycle.errors import BookRefused

KIND: Final = "closure"


class ClosureBook(Schema):
    """One version of these rules. No days at all: a closure is due at once.

    Who is blocked waits `blocked_days` where these are more: until then phone and WeChat account are not free to join
    anew, unblocked and with another gift.
    """

    cooling_off_days: Annotated[int, Field(strict=True, ge=0, le=90)]
    blocked_days: Annotated[int, Field(strict=True, ge=0, le=365)] = 30

    def cooling_off(self, *, blocked: bool) -> timedelta:
        """How long after it was asked for a closure is due."""
        return timedelta(days=max(self.cooling_off_days, self.blocked_days if blocked else 0))


def checked(definition: dict[str, Any]) -> ClosureBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return ClosureBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def live(session: Session, *, now: datetime) -> ClosureBook:
    """The rules in force at `now`."""
    return _parsed(rulebooks.live(session, KIND, now=now))


@lru_cache(maxsize=16)
def _parsed(book: rulebooks.Book) -> ClosureBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)
