from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from backend import points
from backend.kit.calendar import shop_day
from backend.messaging.models import Message
from backend.messaging.rules import cause_of
from backend.messaging.wording import day_words

TEMPLATE: Final = "points_expiring"
DAYS_AHEAD: Final = (1, 7, 30)


def remind_expiring(session: Session, *, now: datetime, after_member_id: int, limit: int) -> int | None:
    """Decide to remind up to `limit` members whose points have 30, 7 or 1 days left; one message each, once a day.

    Returns the member to go on after, None when there are no more: to be run in a transaction of its own until then.
    Points that are set aside are left out, and so are members whose account is frozen or closed.
    """
    today = shop_day(now)
    due = _due(session, today, after_member_id, limit)
    causes = {cause_of(TEMPLATE, member_id, today.isoformat()): member_id for member_id in due}
    told = set(session.scalars(select(Message.cause).where(Message.cause.in_(causes))))
    new = {member_id: cause for cause, member_id in causes.items() if cause not in told}
    longest = today + timedelta(days=max(DAYS_AHEAD))
    soon = points.expiring_within(session, list(new), now=now, until=longest)
    if soon:  # as rows: an object for each would take as long as all the rest
        rows = [_message(member_id, parts, cause=new[member_id], now=now) for member_id, parts in soon.items()]
        session.execute(insert(Message), rows)
    return due[-1] if len(due) == limit else None


def _due(session: Session, today: date, after_member_id: int, limit: int) -> list[int]:
    """The next members with points that have one of the times left, in their order."""
    found = {
        member_id
        for days in DAYS_AHEAD
        for member_id in points.expiring_on(
            session, today + timedelta(days=days), after_member_id=after_member_id, limit=limit
        )
    }
    return sorted(found)[:limit]


def _message(member_id: int, parts: tuple[points.Expiring, ...], *, cause: bytes, now: datetime) -> dict[str, Any]:
    """The soonest day with what expires on it, and all that expires within the longest notice."""
    words = {
        "points": str(parts[0].points),
        "last_day": day_words(parts[0].last_day),
        "total": str(sum(part.points for part in parts)),
    }
    said = {"member_id": member_id, "template": TEMPLATE, "words": words, "cause": cause}
    return said | {"decided_at": now, "due_at": now}
