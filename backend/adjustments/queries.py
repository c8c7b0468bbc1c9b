from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from backend.adjustments.errors import AdjustmentUnknown
from backend.adjustments.models import Adjustment
from backend.adjustments.rules import LAPSED, WAITING


def get(session: Session, adjustment_id: int) -> Adjustment:
    """An adjustment. Raises AdjustmentUnknown."""
    adjustment = session.get(Adjustment, adjustment_id)
    if adjustment is None:
        raise AdjustmentUnknown
    return adjustment


def page(
    session: Session,
    *,
    now: datetime,
    status: str | None = None,
    member_id: int | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[Adjustment]:
    """Adjustments, newest first, of one status, of one member, or all, from before an id on."""
    rows = select(Adjustment).order_by(Adjustment.id.desc()).limit(limit)
    if status is not None:
        rows = rows.where(_stands_at(status, now))
    if member_id is not None:
        rows = rows.where(Adjustment.member_id == member_id)
    if before_id is not None:
        rows = rows.where(Adjustment.id < before_id)
    return list(session.scalars(rows))


def _stands_at(status: str, now: datetime) -> ColumnElement[bool]:
    """The status at `now`, also where nobody has written down yet that the time is over."""
    written = Adjustment.status == status
    if status == WAITING:
        return and_(written, Adjustment.lapses_at > now)
    if status == LAPSED:
        return or_(written, and_(Adjustment.status == WAITING, Adjustment.lapses_at <= now))
    return written
