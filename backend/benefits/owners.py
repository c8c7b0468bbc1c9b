"""What becomes of benefits when their member is merged into another one, or leaves."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.benefits.models import BirthdayGift, ParkingDeduction, Quota, Use, Vehicle
from backend.members import MembershipClosed, MembersMerged


def move_benefits(session: Session, merged: MembersMerged) -> None:
    """Who was two has used what both used. Cars are the survivor's, also more than a member may add; a gift that waits
    is handed out once a year all the same, for the newest of both counts.
    """
    gone_id, into_id = merged.gone_id, merged.into_id
    _add_up(session, gone_id, into_id)
    for kept in (Use, ParkingDeduction, Vehicle, BirthdayGift):
        session.execute(update(kept).where(kept.member_id == gone_id).values(member_id=into_id))


def forget_vehicles(session: Session, closed: MembershipClosed) -> None:
    """Forget the cars of who has left: their plates are free for whoever drives them next."""
    session.execute(delete(Vehicle).where(Vehicle.member_id == closed.member_id))


def _add_up(session: Session, gone_id: int, into_id: int) -> None:
    own = {(one.benefit, one.period): one for one in _quotas(session, into_id)}
    for row in _quotas(session, gone_id):
        mine = own.get((row.benefit, row.period))
        if mine is None:
            session.add(Quota(member_id=into_id, benefit=row.benefit, period=row.period, used=row.used))
        else:
            mine.used += row.used
        session.delete(row)
    session.flush()  # the counters of both are the survivor's before anybody asks


def _quotas(session: Session, member_id: int) -> list[Quota]:
    mine = select(Quota).where(Quota.member_id == member_id)
    return list(session.scalars(mine.execution_options(populate_existing=True)))
