from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points, tiers
from backend.lifecycle.models import Closure, ClosureStatus, MemberMerge


@dataclass(frozen=True)
class Stake:
    """What a member who leaves loses: points (also those set aside), points not in yet, the tier. Debt is forgiven."""

    points: int
    pending: int
    debt: int
    tier: tiers.Tier


def running(session: Session, member_id: int) -> Closure | None:
    """The closure that a member may still take back."""
    return session.scalar(select(Closure).where(Closure.running_for == member_id))


def stake(session: Session, member_id: int, *, now: datetime) -> Stake:
    """What a member would lose by leaving at `now`."""
    balance, standing = points.summary(session, member_id, now=now), tiers.standing(session, member_id, now=now)
    return Stake(balance.available + balance.held, balance.pending, balance.debt, standing.tier)


def closures_due(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of closures whose time to think again is over, the longest overdue first, by index."""
    due = select(Closure.id).where(Closure.status == "running", Closure.closes_at <= now)
    return session.scalars(due.order_by(Closure.closes_at).limit(limit)).all()


def closures(
    session: Session, *, status: ClosureStatus | None = None, before_id: int | None = None, limit: int
) -> Sequence[Closure]:
    """Closures, newest first, beginning below `before_id`; of one status, or all."""
    found = select(Closure).order_by(Closure.id.desc()).limit(limit)
    if status is not None:
        found = found.where(Closure.status == status)
    return session.scalars(found if before_id is None else found.where(Closure.id < before_id)).all()


def merges(session: Session, into_id: int, *, limit: int) -> Sequence[MemberMerge]:
    """The members that one has absorbed, the newest merge first."""
    found = select(MemberMerge).where(MemberMerge.into_id == into_id)
    return session.scalars(found.order_by(MemberMerge.at.desc()).limit(limit)).all()
