"""Coupons whose time is over."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from backend.coupons.models import Coupon

OPEN = ("ready", "sent")


def expire_due(session: Session, *, now: datetime, limit: int) -> int:
    """Write down that up to `limit` coupons are over; they could not be used any more before that. Returns how many.

    Those that a till keeps for an order stay until the till has ended that.
    """
    free = or_(Coupon.held_until.is_(None), Coupon.held_until <= now)
    due: set[int] = set()
    for status in OPEN:  # two ranges of one index
        overdue = select(Coupon.id).where(Coupon.status == status, Coupon.valid_until <= now, free)
        due.update(session.scalars(overdue.order_by(Coupon.valid_until).limit(limit - len(due))))
    over = update(Coupon).where(Coupon.id.in_(sorted(due)), Coupon.status.in_(OPEN), Coupon.valid_until <= now, free)
    nobodys = {"held_store_id": None, "held_order_no": None, "held_until": None}
    over = over.values(status="expired", ended_at=Coupon.valid_until, sent_until=None, **nobodys)
    done = session.execute(over, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount
