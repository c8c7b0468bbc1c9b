"""What the rule book "birthdays" says, and who is given it tonight."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.coupons.errors import BookRefused
from backend.kit.calendar import shop_day
from backend.kit.schema import Schema

KIND: Final = "birthdays"
Code = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]


class BirthdayBook(Schema):
    """Codes of the templates that members get a coupon of, so many days before their birthday; none is none."""

    coupons: Annotated[tuple[Code, ...], Field(max_length=5)]
    days_ahead: Annotated[int, Field(strict=True, ge=0, le=30)]


def checked_birthdays(definition: dict[str, Any]) -> BirthdayBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return BirthdayBook.model_validate(definition)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BookRefused(why="；".join(wrong)) from error


def birthday_days(session: Session, *, now: datetime) -> tuple[Sequence[str], list[date]]:
    """The templates of the book in force, and the birthdays that are near: today's too, for nights that did not run."""
    book = checked_birthdays(rulebooks.live(session, KIND, now=now).definition)
    today = shop_day(now)
    return book.coupons, [today + timedelta(days=ahead) for ahead in range(book.days_ahead + 1)]
