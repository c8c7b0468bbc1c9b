"""What the rule book "families" says: how large a family may be, and whether points may pass within it."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError, model_validator
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.families.errors import BookRefused
from backend.kit.definitions import faults
from backend.kit.schema import Schema

KIND: Final = "families"
LARGEST_CAP: Final = 10**9


class FamilyBook(Schema):
    """One version of these rules. Points pass only where `transfers` says so.

    `day_cap_points` is what one member may give on a shop day, `min_points` the least at once; a newcomer receives
    points `settled_days` times 24 hours after joining.
    """

    transfers: bool
    most_members: Annotated[int, Field(strict=True, ge=2, le=20)]
    day_cap_points: Annotated[int, Field(strict=True, ge=1, le=LARGEST_CAP)]
    min_points: Annotated[int, Field(strict=True, ge=1, le=LARGEST_CAP)]
    settled_days: Annotated[int, Field(strict=True, ge=0, le=365)]
    invitation_hours: Annotated[int, Field(strict=True, ge=1, le=168)]

    @model_validator(mode="after")
    def _a_day_holds_one(self) -> "FamilyBook":
        if self.day_cap_points < self.min_points:
            raise ValueError("day_cap_points is below min_points")
        return self

    def receives_from(self, joined_at: datetime) -> datetime:
        """The first instant at which who joined then receives points."""
        return joined_at + timedelta(days=self.settled_days)

    def invitation_ends(self, made_at: datetime) -> datetime:
        """The first instant at which an invitation made then is no longer good."""
        return made_at + timedelta(hours=self.invitation_hours)


def checked(definition: dict[str, Any]) -> FamilyBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return FamilyBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def live(session: Session, *, now: datetime) -> FamilyBook:
    """The rules in force at `now`."""
    return _parsed(rulebooks.live(session, KIND, now=now))


@lru_cache(maxsize=16)
def _parsed(book: rulebooks.Book) -> FamilyBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)
