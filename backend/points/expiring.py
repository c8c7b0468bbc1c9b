"""Whose points expire soon, over all members: for reminders."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.calendar import day_end
from backend.points.models import Account, Lot
from backend.points.queries import Expiring, last_day_before


def expiring_on(session: Session, day: date, *, after_member_id: int = 0, limit: int) -> Sequence[int]:
    """Members with free points whose last good day is `day`, in their order, after one of them.

    Read off the index in that order, so that a page costs a page. Whether an account is frozen or closed is not asked.
    """
    over = Lot.expires_at == day_end(day), Lot.member_id > after_member_id, Lot.remaining > Lot.held
    return session.scalars(select(Lot.member_id).where(*over).distinct().order_by(Lot.member_id).limit(limit)).all()


def expiring_within(
    session: Session, member_ids: Sequence[int], *, now: datetime, until: date
) -> dict[int, tuple[Expiring, ...]]:
    """What of the free points of some members is good at `now` and expires by the end of `until`, soonest first.

    Frozen and closed accounts are left out, and who has nothing of the kind.
    """
    open_ones = select(Account.member_id).where(
        Account.member_id.in_(member_ids), Account.frozen_at.is_(None), Account.closed_at.is_(None)
    )
    sums = (
        select(Lot.member_id, Lot.expires_at, func.sum(Lot.remaining - Lot.held))
        .where(Lot.member_id.in_(session.scalars(open_ones).all()), Lot.remaining > Lot.held)
        .where(Lot.expires_at > now, Lot.expires_at <= day_end(until))
        .group_by(Lot.member_id, Lot.expires_at)
        .order_by(Lot.member_id, Lot.expires_at)
    )
    found: defaultdict[int, list[Expiring]] = defaultdict(list)
    for member_id, at, points in session.execute(sums):
        if at is not None:
            found[member_id].append(Expiring(last_day_before(at), int(points)))  # a sum is a DECIMAL on MariaDB
    return {member_id: tuple(parts) for member_id, parts in found.items()}
