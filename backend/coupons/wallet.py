"""The coupons of a member, as they are at an instant: also before a job wrote down that they are over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from backend.coupons.models import Coupon
from backend.coupons.queries import usable_at

Pocket = Literal["ready", "sent", "redeemed", "expired"]


def wallet(
    session: Session,
    member_id: int,
    *,
    pocket: Pocket | None = None,
    place: tuple[datetime, int] | None = None,
    limit: int,
    now: datetime,
) -> Sequence[Coupon]:
    """Coupons of a member that were not taken back, of one kind or all, from behind a place (`valid_until`, id).

    Ready ones come in the order in which they are over, others the latest first.
    """
    mine = select(Coupon).where(Coupon.member_id == member_id, _in(pocket, now))
    soonest_first = pocket == "ready"
    if place is not None:
        until, coupon_id = place
        further = Coupon.valid_until > until if soonest_first else Coupon.valid_until < until
        behind = Coupon.id > coupon_id if soonest_first else Coupon.id < coupon_id
        mine = mine.where(or_(further, and_(Coupon.valid_until == until, behind)))
    keys = (Coupon.valid_until, Coupon.id)
    ordered = mine.order_by(*(keys if soonest_first else (key.desc() for key in keys))).limit(limit)
    return session.scalars(ordered, execution_options={"populate_existing": True}).all()


def ready_count(session: Session, member_id: int, *, now: datetime) -> int:
    """How many coupons of a member are not used and not over."""
    mine = select(func.count()).where(Coupon.member_id == member_id, _in("ready", now))
    return session.scalar(mine) or 0


def _in(pocket: Pocket | None, now: datetime) -> ColumnElement[bool]:
    """What a coupon's row must be like to be of a kind at an instant."""
    good = Coupon.valid_until > now
    match pocket:
        case "ready":
            return usable_at(now)
        case "sent":
            return and_(Coupon.status == "sent", Coupon.sent_until > now, good)
        case "expired":
            return or_(Coupon.status == "expired", and_(Coupon.status.in_(("ready", "sent")), ~good))
        case "redeemed":
            return Coupon.status == "redeemed"
        case _:
            return Coupon.status != "revoked"
