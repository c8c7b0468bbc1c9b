from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import points
from backend.kit.calendar import day_end, shop_day
from backend.messaging.models import Message
from backend.messaging.rules import cause_of
from backend.messaging.wording import last_day
from backend.points import Lot

TEMPLATE: Final = "points_expiring"
DAYS_AHEAD: Final = (1, 7, 30)


@dataclass(frozen=True)
class Expiring:
    """What of a member's points expires within the longest notice: the soonest of it, and all of it."""

    soonest_at: datetime
    soonest: int
    total: int


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
    for member_id, expiring in _expiring(session, list(new), now).items():
        session.add(_message(member_id, expiring, cause=new[member_id], now=now))
    return due[-1] if len(due) == limit else None


def _due(session: Session, today: date, after_member_id: int, limit: int) -> list[int]:
    """The next members with points that have one of the times left, in their order.

    Day by day, so that the index gives each in the order of members and nobody is looked at who is not in the slice.
    """
    found = {
        member_id
        for days in DAYS_AHEAD
        for member_id, _, _ in points.expiring_on(
            session, [today + timedelta(days=days)], after_member_id=after_member_id, limit=limit
        )
    }
    return sorted(found)[:limit]


def _expiring(session: Session, member_ids: Sequence[int], now: datetime) -> dict[int, Expiring]:
    free = func.sum(Lot.remaining - Lot.held)
    within = Lot.expires_at > now, Lot.expires_at <= day_end(shop_day(now) + timedelta(days=max(DAYS_AHEAD)))
    sums = (
        select(Lot.member_id, Lot.expires_at, free)
        .where(Lot.member_id.in_(member_ids), Lot.remaining > Lot.held, *within)
        .group_by(Lot.member_id, Lot.expires_at)
        .order_by(Lot.member_id, Lot.expires_at)
    )
    found: dict[int, Expiring] = {}
    for member_id, at, free_points in session.execute(sums):
        amount, so_far = int(free_points), found.get(member_id)  # a sum is a DECIMAL on MariaDB
        if so_far is not None:
            found[member_id] = replace(so_far, total=so_far.total + amount)
        elif at is not None:
            found[member_id] = Expiring(at, amount, amount)
    return found


def _message(member_id: int, expiring: Expiring, *, cause: bytes, now: datetime) -> Message:
    words = {
        "points": str(expiring.soonest),
        "last_day": last_day(expiring.soonest_at),
        "total": str(expiring.total),
    }
    return Message(member_id=member_id, template=TEMPLATE, words=words, cause=cause, decided_at=now, due_at=now)
