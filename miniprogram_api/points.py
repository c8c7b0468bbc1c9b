from collections.abc import Mapping
from types import MappingProxyType

from backend import points
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import Day, Instant, PageQuery, Schema
from miniprogram_api.auth import resource, signed_in_member

api = resource("points")

# what a member reads for the causes of entries; the rest is read by the kind of movement
WORDS_BY_SOURCE: Mapping[str, str] = MappingProxyType(
    {
        "join": "入会礼",
        "check-in": "签到奖励",
        "purchase": "消费获得",
        "refund": "退货扣回",
        "exchange": "积分兑换",
        "exchange-cancel": "兑换取消退回",
        "expiry": "积分过期",
    }
)
WORDS_BY_KIND: Mapping[str, str] = MappingProxyType(
    {"earn": "积分获得", "spend": "积分使用", "take-back": "积分扣回", "cancel": "积分退回", "expire": "积分过期"}
)


class ExpiringOut(Schema):
    """Points whose last good day is `expires_on`."""

    expires_on: Day
    points: int


class PointsOut(Schema):
    """The balance in its parts, and when what expires."""

    available: int
    held: int
    pending: int
    debt: int
    expiring: list[ExpiringOut]


class EntryOut(Schema):
    """A line of the statement; `amount` is below 0 for what was spent, taken back or has expired."""

    seq: int
    kind: str
    words: str
    amount: int
    balance_after: int
    at: Instant


class StatementOut(Schema):
    """A page of the statement, newest first."""

    items: list[EntryOut]
    next_cursor: str | None


@api.get("/points", responses={200: PointsOut} | problems(404))
def balance() -> PointsOut:
    """My points."""
    return points_out(points.summary(db(), signed_in_member(), now=now()))


@api.get("/points/entries", responses={200: StatementOut} | problems(400))
def statement(query: PageQuery) -> StatementOut:
    """My statement of points."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    lines = points.entries(db(), member_id, before_seq=before, limit=query.limit + 1)
    page = lines[: query.limit]
    return StatementOut(
        items=[_line(entry) for entry in page],
        next_cursor=encode_cursor(page[-1].seq) if len(lines) > len(page) else None,
    )


def points_out(parts: points.Balance) -> PointsOut:
    """A balance as members see it."""
    return PointsOut(
        available=parts.available,
        held=parts.held,
        pending=parts.pending,
        debt=parts.debt,
        expiring=[ExpiringOut(expires_on=lot.last_day, points=lot.points) for lot in parts.expiring],
    )


def _line(entry: points.Entry) -> EntryOut:
    return EntryOut(
        seq=entry.seq,
        kind=entry.kind,
        words=WORDS_BY_SOURCE.get(entry.source_kind, WORDS_BY_KIND[entry.kind]),
        amount=entry.amount,
        balance_after=entry.balance_after,
        at=entry.at,
    )
