"""What the rule book "event-absences" says: how often a member may stay away before they are kept out for a while."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.events.errors import AbsencesRefused
from backend.kit.definitions import faults
from backend.kit.schema import Schema

KIND: Final = "event-absences"
LONGEST_DAYS: Final = 730


class AbsenceBook(Schema):
    """One version of these rules. Who stays away `count` times within `within_days` may not register for `barred_days`
    after the last of them; where `count` is null, nobody is kept out.
    """

    count: Annotated[int, Field(strict=True, ge=1, le=100)] | None
    within_days: Annotated[int, Field(strict=True, ge=1, le=LONGEST_DAYS)]
    barred_days: Annotated[int, Field(strict=True, ge=1, le=LONGEST_DAYS)]

    @property
    def within(self) -> timedelta:
        """The span in which absences are counted together."""
        return timedelta(days=self.within_days)

    @property
    def barred_for(self) -> timedelta:
        """How long a member is kept out."""
        return timedelta(days=self.barred_days)


def checked_absences(definition: dict[str, Any]) -> AbsenceBook:
    """The rules that a definition says. Raises AbsencesRefused."""
    try:
        return AbsenceBook.model_validate(definition)
    except ValidationError as error:
        raise AbsencesRefused(why=faults(error)) from error


@lru_cache(maxsize=16)
def parsed_absences(book: rulebooks.Book) -> AbsenceBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked_absences(book.definition)


def live_absences(session: Session, *, now: datetime) -> AbsenceBook:
    """The rules in force at `now`."""
    return parsed_absences(rulebooks.live(session, KIND, now=now))
