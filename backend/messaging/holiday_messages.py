"""Holiday greetings: which holidays the shop greets, with which words and coupon; its rule book is "holidays"."""

from collections.abc import Sequence
from datetime import date, datetime
from random import Random
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, model_validator
from sqlalchemy import insert
from sqlalchemy.orm import Session

from backend import coupons, rulebooks
from backend.kit.calendar import shop_day
from backend.kit.errors import Invalid
from backend.kit.holidays import NAMES, WITH_DAYS_OFF, break_begins, holidays_on
from backend.kit.schema import Schema
from backend.messaging.deciding import columns, untold
from backend.messaging.gifts import TemplateCode, Wish, gift_words
from backend.messaging.models import Message
from backend.points import Source

KIND: Final = "holidays"
TEMPLATE: Final = "holiday_greeting"
SOURCE: Final = "holiday"


class HolidaysRefused(Invalid):
    """The definition says no rules for holiday greetings."""

    code = "messages.holidays-refused"
    message = "节日祝福规则有误：{why}"


class Greeting(Schema):
    """How a holiday is greeted: on its day, or on the first of the days off around it; with a coupon where named."""

    holiday: str
    greeting: Wish
    on: Literal["the-day", "first-day-off"] = "the-day"
    coupon: TemplateCode | None = None

    @model_validator(mode="after")
    def _is_known(self) -> "Greeting":
        known = NAMES if self.on == "the-day" else WITH_DAYS_OFF
        if self.holiday not in known:
            raise ValueError(f"a holiday of {', '.join(sorted(known))} is wanted")
        return self


class HolidayBook(Schema):
    """The greetings, each holiday once."""

    greetings: Annotated[tuple[Greeting, ...], Field(max_length=len(NAMES))]

    @model_validator(mode="after")
    def _has_each_once(self) -> "HolidayBook":
        named = [one.holiday for one in self.greetings]
        if len(set(named)) < len(named):
            raise ValueError("a holiday is greeted once")
        return self


def checked_holidays(definition: dict[str, Any]) -> HolidayBook:
    """The rules that a definition says. Raises HolidaysRefused."""
    try:
        return HolidayBook.model_validate(definition)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise HolidaysRefused(why="；".join(wrong)) from error


def greetings_of(session: Session, *, now: datetime) -> list[Greeting]:
    """What the book in force greets on the shop day of an instant."""
    book, today = checked_holidays(rulebooks.live(session, KIND, now=now).definition), shop_day(now)
    return [one for one in book.greetings if one.holiday in _greeted(one, today)]


def greet(session: Session, member_ids: Sequence[int], greeting: Greeting, *, rng: Random, now: datetime) -> int:
    """Decide to greet members (ids in their order) for today's holiday, once; returns how many were not greeted yet."""
    cause = (greeting.holiday, shop_day(now).isoformat())
    new = untold(session, member_ids, TEMPLATE, cause=cause)
    given: dict[int, str] = {}
    if greeting.coupon is not None and new:
        source = Source(SOURCE, ":".join(cause))
        given = coupons.promise_to_many(session, new, greeting.coupon, source=source, rng=rng, now=now)
    words = {"holiday": NAMES[greeting.holiday], "greeting": greeting.greeting}
    rows = [
        columns(member_id, TEMPLATE, words=words | {"gift": gift_words(given.get(member_id))}, cause=cause, now=now)
        for member_id in new
    ]
    if rows:
        session.execute(insert(Message), rows)
    return len(rows)


def _greeted(greeting: Greeting, today: date) -> set[str]:
    return holidays_on(today) if greeting.on == "the-day" else break_begins(today)
