from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.insights.causes import Cause, Link, links
from backend.insights.words import words_of
from backend.kit.calendar import add_months, day_start
from backend.kit.errors import Invalid
from backend.points import Entry


class InstantAhead(Invalid):
    """Nobody knows a balance before its time."""

    code = "insights.instant-ahead"
    message = "只能查询过去时刻的积分"


@dataclass(frozen=True)
class Line:
    """A line of a member's journal in words; `link` leads to what caused it, where there is such a thing."""

    seq: int
    kind: str
    words: str
    amount: int
    balance_after: int
    at: datetime
    link: Link | None


def statement(
    session: Session, member_id: int, *, month: date | None = None, before_seq: int | None = None, limit: int
) -> list[Line]:
    """A member's newest lines, or those before a line; of one shop month (by its first day) if told.

    One statement for the lines and one for each kind of cause among them, however many lines.
    """
    lines = select(Entry).where(Entry.member_id == member_id).order_by(Entry.seq.desc()).limit(limit)
    if before_seq is not None:
        lines = lines.where(Entry.seq < before_seq)
    if month is not None:
        lines = lines.where(Entry.at >= day_start(month), Entry.at < day_start(add_months(month, 1)))
    return _told(session, session.scalars(lines).all())


def balance_at(session: Session, member_id: int, *, at: datetime, now: datetime) -> int:
    """A member's balance as it was at an instant up to now. Raises InstantAhead."""
    if at > now:
        raise InstantAhead
    return points.balance_at(session, member_id, at=at)


def _told(session: Session, entries: Sequence[Entry]) -> list[Line]:
    causes = links(session, [Cause(entry.source_kind, entry.source_id, entry.at) for entry in entries])
    return [
        Line(
            seq=entry.seq,
            kind=entry.kind,
            words=words_of(entry.kind, entry.source_kind),
            amount=entry.amount,
            balance_after=entry.balance_after,
            at=entry.at,
            link=causes.get((entry.source_kind, entry.source_id)),
        )
        for entry in entries
    ]
