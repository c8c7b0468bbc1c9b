"""Messages to members who stay away: after how long, how often, with what; its rule book is "win-back"."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError
from sqlalchemy import insert
from sqlalchemy.orm import Session

from backend import coupons, rulebooks, visits
from backend.kit.calendar import shop_day
from backend.kit.errors import Invalid
from backend.kit.schema import Schema
from backend.messaging.deciding import columns, untold
from backend.messaging.gifts import TemplateCode, Wish, gift_words
from backend.messaging.models import Message
from backend.messaging.wording import day
from backend.points import Source

KIND: Final = "win-back"
TEMPLATE: Final = "win_back"
SOURCE: Final = "win-back"

Days = Annotated[int, Field(strict=True, ge=1, le=3650)]


class WinBackRefused(Invalid):
    """The definition says no rules for winning members back."""

    code = "messages.win-back-refused"
    message = "老客唤醒规则有误：{why}"


class WinBackBook(Schema):
    """Whoever was not here for `after_days` is written to, and again every `again_after_days`, `times` in all.

    Being here begins the count anew, but nobody is written to twice within `again_after_days`. 0 times: nobody is.
    """

    after_days: Days
    again_after_days: Days
    times: Annotated[int, Field(strict=True, ge=0, le=10)]
    greeting: Wish
    coupon: TemplateCode | None = None


def checked_win_back(definition: dict[str, Any]) -> WinBackBook:
    """The rules that a definition says. Raises WinBackRefused."""
    try:
        return WinBackBook.model_validate(definition)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise WinBackRefused(why="；".join(wrong)) from error


def win_back_book(session: Session, *, now: datetime) -> WinBackBook:
    """The rules in force."""
    return checked_win_back(rulebooks.live(session, KIND, now=now).definition)


def away(
    session: Session, book: WinBackBook, *, asked: int, after: visits.Since | None, now: datetime, limit: int
) -> Sequence[visits.Since]:
    """Members to be written to who were written to `asked` times since they were here, longest away first."""
    today = shop_day(now)
    again = today - timedelta(days=book.again_after_days)
    since = again if asked else today - timedelta(days=book.after_days)
    return visits.stayed_away(session, asked=asked, since=since, not_asked_since=again, after=after, limit=limit)


def ask_back(
    session: Session, member_ids: Sequence[int], book: WinBackBook, *, asked: int, rng: Random, now: datetime
) -> int:
    """Decide to write to members (ids in their order) for the next time, once a day; returns to how many it was."""
    today = shop_day(now)
    cause = (today.isoformat(),)
    new = untold(session, member_ids, TEMPLATE, cause=cause)
    given: dict[int, str] = {}
    if book.coupon is not None and new:
        source = Source(SOURCE, today.isoformat())
        given = coupons.promise_to_many(session, new, book.coupon, source=source, rng=rng, now=now)
    visits.note_asked(session, new, asked=asked, today=today)
    rows = [
        columns(
            member_id,
            TEMPLATE,
            words={"greeting": book.greeting, "gift": gift_words(given.get(member_id)), "day": day(now)},
            cause=cause,
            now=now,
        )
        for member_id in new
    ]
    if rows:
        session.execute(insert(Message), rows)
    return len(rows)
