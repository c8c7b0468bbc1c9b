"""Coupons that a till keeps for an order while the customer pays: nobody else can use them meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.coupons.definition import DISCOUNTS
from backend.coupons.models import Coupon
from backend.coupons.refusals import NotForBills
from backend.coupons.scoping import unfit
from backend.coupons.tickets import Order, coupons_named, hindrance, tickets
from backend.kit.errors import DomainError
from config import policy


@dataclass(frozen=True)
class Kept:
    """Coupons that are kept for an order until an instant, and whether this call has kept them."""

    coupons: tuple[Coupon, ...]
    until: datetime
    created: bool


def keep(
    session: Session, member_id: int, codes: Sequence[str], *, order: Order, store_code: str, now: datetime
) -> Kept:
    """Keep these coupons of a member, and no others, for an order; the member's account is locked.

    Asked for again while they are kept, nothing changes. Raises CouponTwice, CouponUnknown, and what would refuse one
    of them on any bill at that store now; then nothing has changed.
    """
    wanted = coupons_named(session, member_id, codes)
    for coupon, ticket in zip(wanted, tickets(session, wanted), strict=True):
        why: DomainError | None = hindrance(coupon, ticket.name, order, now=now)
        if not isinstance(ticket.definition.worth, DISCOUNTS):
            why = NotForBills(name=ticket.name)
        if why is None:
            why = unfit(ticket, store_code=store_code, at=now)
        if why is not None:
            raise why
    before = kept_for(session, member_id, order, now=now)
    if {coupon.id for coupon in before} == {coupon.id for coupon in wanted}:
        return Kept(tuple(wanted), min(coupon.held_until or now for coupon in wanted), created=False)
    let_go(before)
    until = now + policy.CASH_HOLD_FOR
    for coupon in wanted:
        coupon.held_store_id, coupon.held_order_no, coupon.held_until = order.store_id, order.order_no, until
    return Kept(tuple(wanted), until, created=True)


def kept_for(session: Session, member_id: int, order: Order, *, now: datetime) -> Sequence[Coupon]:
    """A member's coupons that are kept for an order at `now`, locked, in the order of their ids."""
    kept = select(Coupon).where(
        Coupon.member_id == member_id,
        Coupon.status.in_(("ready", "sent")),
        Coupon.held_store_id == order.store_id,
        Coupon.held_order_no == order.order_no,
        Coupon.held_until > now,
    )
    locked = kept.order_by(Coupon.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(locked).all()


def let_go(coupons: Sequence[Coupon]) -> None:
    """Let coupons that were kept go free."""
    for coupon in coupons:
        coupon.held_store_id = coupon.held_order_no = coupon.held_until = None
