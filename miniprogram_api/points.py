from collections.abc import Callable
from datetime import date
from typing import Annotated

from pydantic import Field

from backend import insights, points
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import Day, Instant, PageQuery, Schema
from miniprogram_api.auth import resource, signed_in_member
from miniprogram_api.checkin import Month

api = resource("points")


class ExpiringOut(Schema):
    """Points whose last good day is `expires_on`."""

    expires_on: Day
    points: int


class SettlingOut(Schema):
    """Pending points that can be spent from `settles_on` on."""

    settles_on: Day
    points: int


class PointsOut(Schema):
    """The balance in its parts, when what expires, and when what is pending comes in."""

    available: int
    held: int
    pending: int
    debt: int
    expiring: list[ExpiringOut]
    settling: list[SettlingOut]


class LinkOut(Schema):
    """What caused it: a kind of thing, the number that it is known by, and its name."""

    kind: str
    id: str
    words: str


class EntryOut(Schema):
    """A line of the statement; `amount` is below 0 for what was spent, taken back or has expired."""

    seq: int
    kind: str
    words: str
    amount: int
    balance_after: int
    at: Instant
    link: LinkOut | None


class StatementOut(Schema):
    """A page of the statement, newest first."""

    items: list[EntryOut]
    next_cursor: str | None


class StatementQuery(PageQuery):
    """Of which month; without one, of all time."""

    month: Annotated[Month | None, Field(description="YYYY-MM")] = None


class BalanceQuery(Schema):
    """Of which instant, up to now."""

    at: Instant


class BalanceOut(Schema):
    """All points that there were at an instant, those set aside among them; below 0 when points were owed."""

    at: Instant
    balance: int


class ParkedOut(Schema):
    """Points that cannot be spent, and what they are for. At `until_at` pending ones come in; those set aside are free
    again then, if they are not used before (null: when that is decided).
    """

    words: str
    points: int
    since_at: Instant
    until_at: Instant | None
    link: LinkOut | None


class ParkedPageOut(Schema):
    """A page of such points, oldest first."""

    items: list[ParkedOut]
    next_cursor: str | None


@api.get("/points", responses={200: PointsOut} | problems(404))
def balance() -> PointsOut:
    """My points."""
    return points_out(points.summary(db(), signed_in_member(), now=now()))


@api.get("/points/balance", responses={200: BalanceOut} | problems(404))
def balance_then(query: BalanceQuery) -> BalanceOut:
    """My points as they were at any past instant."""
    return BalanceOut(at=query.at, balance=insights.balance_at(db(), signed_in_member(), at=query.at, now=now()))


@api.get("/points/entries", responses={200: StatementOut} | problems(400))
def statement(query: StatementQuery) -> StatementOut:
    """My statement of points."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    month = date.fromisoformat(f"{query.month}-01") if query.month else None
    lines = insights.statement(db(), member_id, month=month, before_seq=before, limit=query.limit + 1)
    page = lines[: query.limit]
    return StatementOut(
        items=[EntryOut.model_validate(line) for line in page],
        next_cursor=encode_cursor(page[-1].seq) if len(lines) > len(page) else None,
    )


@api.get("/points/pending", responses={200: ParkedPageOut} | problems(400))
def pending(query: PageQuery) -> ParkedPageOut:
    """My points that are promised and not in yet."""
    return _parked(insights.promised, query)


@api.get("/points/holds", responses={200: ParkedPageOut} | problems(400))
def holds(query: PageQuery) -> ParkedPageOut:
    """My points that are set aside."""
    return _parked(insights.set_aside, query)


def points_out(parts: points.Balance) -> PointsOut:
    """A balance as members see it."""
    return PointsOut(
        available=parts.available,
        held=parts.held,
        pending=parts.pending,
        debt=parts.debt,
        expiring=[ExpiringOut(expires_on=lot.last_day, points=lot.points) for lot in parts.expiring],
        settling=[SettlingOut(settles_on=one.day, points=one.points) for one in parts.settling],
    )


def _parked(find: Callable[..., list[insights.Parked]], query: PageQuery) -> ParkedPageOut:
    member_id, after = signed_in_member(), decode_int_cursor(query.cursor)
    found = find(db(), member_id, after_id=after or 0, limit=query.limit + 1)
    page = found[: query.limit]
    return ParkedPageOut(
        items=[
            ParkedOut(
                words=one.words,
                points=one.points,
                since_at=one.since_at,
                until_at=one.until_at,
                link=one.link and LinkOut.model_validate(one.link),
            )
            for one in page
        ],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )
