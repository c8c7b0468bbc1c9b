"""What the rule book "sharing" says: what newcomers and purchases bring those whose shares led to them."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.kit.definitions import faults
from backend.kit.schema import LARGEST_FEN, Schema
from backend.sharing.errors import BookRefused

KIND: Final = "sharing"

Points = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Days = Annotated[int, Field(strict=True, ge=1, le=90)]
Count = Annotated[int, Field(strict=True, ge=0, le=1000)]
Template = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]


class VisitTerms(Schema):
    """Points for each new person who opens a share, for so many people a shop day."""

    points: Points
    per_day: Count


class PurchaseTerms(Schema):
    """Points, a coupon of a template or both for each purchase of at least so many fen that is kept, for so many
    purchases a calendar month.
    """

    points: Points
    coupon: Template | None = None
    from_fen: Annotated[int, Field(strict=True, ge=0, le=LARGEST_FEN)]
    per_month: Count

    @property
    def pays(self) -> bool:
        """Whether a purchase brings anything."""
        return bool(self.points or self.coupon)


class SharingBook(Schema):
    """One version of these rules. An act counts for the share that was opened last, `within_days` before it."""

    within_days: Days
    visit: VisitTerms
    purchase: PurchaseTerms


def checked(definition: dict[str, Any]) -> SharingBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return SharingBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def live(session: Session, *, now: datetime) -> tuple[SharingBook, int]:
    """The rules in force at `now`, and their version."""
    book = rulebooks.live(session, KIND, now=now)
    return _parsed(book), book.version


def of_version(session: Session, version: int) -> SharingBook:
    """The rules of a version."""
    return _parsed(rulebooks.get(session, KIND, version))


@lru_cache(maxsize=16)
def _parsed(book: rulebooks.Book) -> SharingBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)
