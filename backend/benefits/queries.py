from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import purchases
from backend.benefits.models import Use
from backend.kit.calendar import day_end, day_start


def uses(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> Sequence[Use]:
    """What a member used, newest first, undone uses too, beginning below `before_id`."""
    mine = select(Use).where(Use.member_id == member_id)
    if before_id is not None:
        mine = mine.where(Use.id < before_id)
    return session.scalars(mine.order_by(Use.id.desc()).limit(limit)).all()


def kept_fen(session: Session, member_id: int, *, store_id: int, day: date) -> int:
    """What goods are worth that a member bought in a store on a shop day and has not given back."""
    bought = purchases.Purchase
    kept = func.sum(bought.paid_fen + bought.points_fen - bought.refunded_fen)
    mine = select(kept).where(bought.member_id == member_id, bought.store_id == store_id)
    # the index is over paid_at: a day of one member is a handful of rows
    return int(session.scalar(mine.where(bought.paid_at >= day_start(day), bought.paid_at < day_end(day))) or 0)
