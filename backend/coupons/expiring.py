"""Whose coupons are over soon, over all members: for reminders."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.coupons import queries
from backend.coupons.models import Coupon
from backend.coupons.rules import last_day
from backend.kit.calendar import day_end


@dataclass(frozen=True)
class Expiring:
    """Coupons of one member that are good through the same last day; `name` is that of the first of them."""

    last_day: date
    name: str
    count: int


def expiring_on(session: Session, day: date, *, after_member_id: int = 0, limit: int) -> Sequence[int]:
    """Members with coupons to use whose last good day is `day`, in their order, after one of them."""
    over = Coupon.status == "ready", Coupon.valid_until == day_end(day), Coupon.member_id > after_member_id
    found = select(Coupon.member_id).where(*over).distinct().order_by(Coupon.member_id).limit(limit)
    return session.scalars(found).all()


def expiring_within(
    session: Session, member_ids: Sequence[int], *, now: datetime, until: date
) -> dict[int, tuple[Expiring, ...]]:
    """What coupons of some members can be used at `now` and are over by the end of `until`, soonest first."""
    due = select(Coupon).where(
        Coupon.member_id.in_(member_ids),
        Coupon.status == "ready",
        Coupon.valid_until > now,
        Coupon.valid_until <= day_end(until),
    )
    coupons = session.scalars(due.order_by(Coupon.member_id, Coupon.valid_until, Coupon.id)).all()
    told = queries.terms_of_all(session, [(one.template_id, one.version) for one in coupons])
    by_day: dict[tuple[int, date], list[Coupon]] = defaultdict(list)
    for coupon in coupons:
        by_day[coupon.member_id, last_day(coupon.valid_until)].append(coupon)
    found: defaultdict[int, tuple[Expiring, ...]] = defaultdict(tuple)
    for (member_id, day), mine in by_day.items():
        name = told[mine[0].template_id, mine[0].version].name
        found[member_id] += (Expiring(day, name, len(mine)),)
    return dict(found)
