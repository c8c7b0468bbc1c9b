"""Points that are on their way, or set aside: what they are for, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend import points
from backend.insights.causes import Cause, Link, links
from backend.insights.words import words_of


@dataclass(frozen=True)
class Parked:
    """Points promised (in at `until_at`) or set aside (free again then; None: when it is decided), and what for."""

    id: int
    words: str
    points: int
    since_at: datetime
    until_at: datetime | None
    link: Link | None


def promised(session: Session, member_id: int, *, after_id: int = 0, limit: int) -> list[Parked]:
    """What is promised to a member and not in yet, oldest promise first, after one of them."""
    found = points.pendings(session, member_id, after_id=after_id, limit=limit)
    causes = [Cause(one.source_kind, one.source_id, one.earned_at) for one in found]
    rows = [(one.id, one.remaining, one.settles_at) for one in found]
    return _told(session, "earn", causes, rows)


def set_aside(session: Session, member_id: int, *, after_id: int = 0, limit: int) -> list[Parked]:
    """What a member has set aside, oldest first, after one of them."""
    found = points.holds(session, member_id, after_id=after_id, limit=limit)
    causes = [Cause(one.source_kind, one.source_id, one.reserved_at) for one in found]
    rows = [(one.id, one.amount, one.ends_at) for one in found]
    return _told(session, "spend", causes, rows)


def _told(
    session: Session, kind: str, causes: Sequence[Cause], rows: Sequence[tuple[int, int, datetime | None]]
) -> list[Parked]:
    found = links(session, causes)
    return [
        Parked(
            id=number,
            words=words_of(kind, cause.source_kind),
            points=amount,
            since_at=cause.at,
            until_at=until_at,
            link=found.get((cause.source_kind, cause.source_id)),
        )
        for cause, (number, amount, until_at) in zip(causes, rows, strict=True)
    ]
