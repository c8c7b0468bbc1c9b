"""A night's steps for a few members, without its processes: who is due, and what is done for them."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend import messaging, points, tiers


def catch_up(session: Session, *, now: datetime, limit: int) -> Counter[str]:
    """Settle, release and expire what has been due longest, on up to `limit` accounts."""
    due = points.accounts_due(session, now=now, limit=limit)
    return points.catch_up(session, sorted(member_id for _, member_id in due), now=now)


def review(session: Session, *, now: datetime, limit: int) -> Counter[str]:
    """Write down what time did to up to `limit` standings, the longest due first."""
    due = tiers.standings_due(session, now=now, limit=limit)
    return tiers.carry_on(session, sorted(member_id for _, member_id in due), now=now)


def warn(session: Session, *, now: datetime, limit: int, after_member_id: int = 0) -> int | None:
    """Warn the next members whose tier may end soon; whom to go on after, None when there are no more."""
    return _told(session, tiers.to_warn, tiers.warn, now, after_member_id, limit)


def remind_expiring(session: Session, *, now: datetime, limit: int, after_member_id: int = 0) -> int | None:
    """Remind the next members whose points are over soon; whom to go on after, None when there are no more."""
    return _told(session, messaging.with_points_expiring, messaging.remind_expiring, now, after_member_id, limit)


def remind_of_coupons(session: Session, *, now: datetime, limit: int, after_member_id: int = 0) -> int | None:
    """Remind the next members whose coupons are over soon; whom to go on after, None when there are no more."""
    return _told(session, messaging.with_coupons_expiring, messaging.remind_of_coupons, now, after_member_id, limit)


def _told(
    session: Session,
    find: Callable[..., Sequence[int]],
    tell: Callable[..., None],
    now: datetime,
    after_member_id: int,
    limit: int,
) -> int | None:
    due = find(session, now=now, after_member_id=after_member_id, limit=limit)
    tell(session, due, now=now)
    return due[-1] if len(due) == limit else None
