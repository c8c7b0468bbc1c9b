"""Counters of what was used: taken within a quota, given back. The member's account is locked."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from backend.benefits.errors import QuotaUsedUp
from backend.benefits.models import Quota
from backend.kit.guarded import hit_one


def take(session: Session, member_id: int, benefit: str, period: str, amount: int, *, most: int | None) -> None:
    """Count a use within a quota (`most` None: without end).

    The account's lock lets nobody else count meanwhile; the guard in the UPDATE is the net beneath. Raises QuotaUsedUp
    with what is left.
    """
    mine = _mine(member_id, benefit, period)
    if used(session, member_id, benefit, period) is None:
        session.add(Quota(member_id=member_id, benefit=benefit, period=period, used=0))
        session.flush()  # the UPDATE looks for it
    more = update(Quota).where(*mine).values(used=Quota.used + amount)
    if most is not None:
        more = more.where(Quota.used + amount <= most)
    if not hit_one(session, more):
        raise QuotaUsedUp(left=max(0, (most or 0) - (used(session, member_id, benefit, period) or 0)))


def put_back(session: Session, member_id: int, benefit: str, period: str, amount: int) -> None:
    """What was counted counts no more."""
    less = update(Quota).where(*_mine(member_id, benefit, period), Quota.used >= amount)
    if not hit_one(session, less.values(used=Quota.used - amount)):
        raise RuntimeError(f"more is given back than was used: {benefit} {period}")


def used(session: Session, member_id: int, benefit: str, period: str) -> int | None:
    """What was used in a period, None where nothing ever was."""
    return session.scalar(select(Quota.used).where(*_mine(member_id, benefit, period)))


def _mine(member_id: int, benefit: str, period: str) -> tuple[ColumnElement[bool], ...]:
    return Quota.member_id == member_id, Quota.benefit == benefit, Quota.period == period
