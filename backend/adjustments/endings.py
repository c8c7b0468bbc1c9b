"""What becomes of requests and of rows of grants when their time is over, or the member is no more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import members
from backend.adjustments.models import Adjustment, GrantRow
from backend.adjustments.rules import LAPSED, WAITING


def lapse_due(session: Session, *, now: datetime, limit: int) -> int:
    """Write down that up to `limit` requests have waited too long; they could not be approved before that either."""
    due = select(Adjustment.id).where(Adjustment.status == WAITING, Adjustment.lapses_at <= now)
    return _lapse(session, session.scalars(due.order_by(Adjustment.lapses_at).limit(limit)).all())


def drop_requests(session: Session, closed: members.MembershipClosed) -> None:
    """What waits for a member who has left waits no more. Rows of grants fail when their turn comes."""
    mine = select(Adjustment.id).where(Adjustment.member_id == closed.member_id, Adjustment.status == WAITING)
    _lapse(session, session.scalars(mine).all(), at=closed.at)


def move_to_survivor(session: Session, merged: members.MembersMerged) -> None:
    """What was adjusted or granted passes to the member who stays.

    Whoever stands twice in one grant is given it once: the row of the member who is gone remains and fails.
    """
    mine = update(Adjustment).where(Adjustment.member_id == merged.gone_id)
    session.execute(mine.values(member_id=merged.into_id))
    moving = _grants_of(session, merged.gone_id) - _grants_of(session, merged.into_id)
    rows = update(GrantRow).where(GrantRow.member_id == merged.gone_id, GrantRow.grant_id.in_(moving))
    session.execute(rows.values(member_id=merged.into_id))


def _grants_of(session: Session, member_id: int) -> set[int]:
    return set(session.scalars(select(GrantRow.grant_id).where(GrantRow.member_id == member_id)))


def _lapse(session: Session, adjustment_ids: Sequence[int], *, at: datetime | None = None) -> int:
    """Returns how many still waited; they ended `at`, or when their time was over."""
    rows = select(Adjustment).where(Adjustment.id.in_(adjustment_ids)).order_by(Adjustment.id).with_for_update()
    locked = session.scalars(rows.execution_options(populate_existing=True))
    waiting = [adjustment for adjustment in locked if adjustment.status == WAITING]
    for adjustment in waiting:
        adjustment.status, adjustment.decided_at = LAPSED, at or adjustment.lapses_at
    return len(waiting)
