from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from backend import points
from backend.kit.calendar import shop_day
from backend.messaging.deciding import columns, untold
from backend.messaging.models import Message
from backend.messaging.wording import day_words

TEMPLATE: Final = "points_expiring"
DAYS_AHEAD: Final = (1, 7, 30)


def remind_expiring(session: Session, due: Sequence[int], *, now: datetime) -> None:
    """Decide to remind some members, where their points have 30, 7 or 1 days left; one message each, once a day.

    Points that are set aside are left out, and so are members whose account is frozen or closed.
    """
    today = shop_day(now)
    cause = (today.isoformat(),)
    new = untold(session, due, TEMPLATE, cause=cause)
    longest = today + timedelta(days=max(DAYS_AHEAD))
    soon = points.expiring_within(session, new, now=now, until=longest)
    if soon:  # as rows: an object for each would take as long as all the rest
        rows = [columns(who, TEMPLATE, words=_words(parts), cause=cause, now=now) for who, parts in soon.items()]
        session.execute(insert(Message), rows)


def with_points_expiring(session: Session, *, now: datetime, after_member_id: int, limit: int) -> list[int]:
    """The next members with points that have one of the times left, in their order."""
    today = shop_day(now)
    found = {
        member_id
        for days in DAYS_AHEAD
        for member_id in points.expiring_on(
            session, today + timedelta(days=days), after_member_id=after_member_id, limit=limit
        )
    }
    return sorted(found)[:limit]


def _words(parts: tuple[points.Expiring, ...]) -> dict[str, str]:
    """The soonest day with what expires on it, and all that expires within the longest notice."""
    return {
        "points": str(parts[0].points),
        "last_day": day_words(parts[0].last_day),
        "total": str(sum(part.points for part in parts)),
    }
