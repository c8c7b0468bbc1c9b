"""What the rule book "birthdays" says, and for which days it is asked tonight."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.coupons.errors import BookRefused
from backend.kit.calendar import add_months, shop_day
from backend.kit.schema import Schema

KIND: Final = "birthdays"
Code = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]


class BirthdayBook(Schema):
    """Codes of the templates that members get a coupon of, so many days before their birthday; none is none.

    With `all_month` it is in the month of the birthday that they get it. The `greeting` goes with the coupons; where
    there are none it is a message of its own, and without it such members hear nothing.
    """

    coupons: Annotated[tuple[Code, ...], Field(max_length=5)]
    days_ahead: Annotated[int, Field(strict=True, ge=0, le=30)]
    all_month: Annotated[bool, Field(strict=True)] = False
    greeting: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)] | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether nobody is given anything, nor greeted."""
        return not self.coupons and self.greeting is None


def checked_birthdays(definition: dict[str, Any]) -> BirthdayBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return BirthdayBook.model_validate(definition)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BookRefused(why="；".join(wrong)) from error


def birthday_days(session: Session, *, now: datetime) -> tuple[BirthdayBook, list[date]]:
    """The book in force, and the birthdays that are near: today's too, and the whole month, for nights that did not run
    and for who tells a birthday late. None where the book says nothing.
    """
    book = checked_birthdays(rulebooks.live(session, KIND, now=now).definition)
    if book.says_nothing:
        return book, []
    today = shop_day(now)
    if book.all_month:
        first = today.replace(day=1)
        return book, [first + timedelta(days=no) for no in range((add_months(first, 1) - first).days)]
    return book, [today + timedelta(days=ahead) for ahead in range(book.days_ahead + 1)]
