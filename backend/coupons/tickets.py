"""Members' coupons as bills know them, and what stands in the way of using one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from backend.coupons.definition import Definition, parsed
from backend.coupons.errors import CouponHeld, CouponUnknown
from backend.coupons.models import Coupon, Template, TemplateVersion
from backend.coupons.queries import usable_at
from backend.coupons.refusals import CouponGone, CouponTwice, CouponUsed
from backend.coupons.scoping import Ticket
from backend.kit.errors import DomainError

MOST_LOOKED_AT: Final = 100  # of one member: those that expire first


@dataclass(frozen=True)
class Order:
    """Where and when a coupon is used, and for which order: what a till keeps for that is in the way of others only."""

    store_id: int
    at: datetime
    order_no: str | None = None


def ready_coupons(session: Session, member_id: int, *, now: datetime) -> Sequence[Coupon]:
    """What a member could use now or later, soonest to expire first; what is kept for an order too."""
    mine = select(Coupon).where(Coupon.member_id == member_id, usable_at(now))
    return session.scalars(mine.order_by(Coupon.valid_until, Coupon.id).limit(MOST_LOOKED_AT)).all()


def coupons_known(session: Session, member_id: int, codes: Sequence[str], *, lock: bool = False) -> list[Coupon]:
    """Those of a member's coupons that have these codes, in the order of their ids."""
    mine = select(Coupon).where(Coupon.code.in_(codes), Coupon.member_id == member_id).order_by(Coupon.id)
    mine = mine.execution_options(populate_existing=True)
    return list(session.scalars(mine.with_for_update() if lock else mine).all())


def coupons_named(session: Session, member_id: int, codes: Sequence[str]) -> list[Coupon]:
    """A member's coupons with these codes, locked in the order of their ids; the account is locked before.

    Raises CouponTwice, CouponUnknown, which somebody else's are too.
    """
    if len(set(codes)) < len(codes):
        raise CouponTwice
    found = coupons_known(session, member_id, codes, lock=True)
    if len(found) < len(codes):
        raise CouponUnknown
    return found


def tickets(session: Session, coupons: Sequence[Coupon]) -> list[Ticket]:
    """What these coupons say, in their order; one statement for all."""
    versions = {(coupon.template_id, coupon.version) for coupon in coupons}
    if not versions:
        return []
    said = select(TemplateVersion.template_id, TemplateVersion.version, TemplateVersion.definition, Template.code)
    keys = tuple_(TemplateVersion.template_id, TemplateVersion.version)
    rows = session.execute(said.join(Template, Template.id == TemplateVersion.template_id).where(keys.in_(versions)))
    known = {(template_id, version): (code, parsed(definition)) for template_id, version, definition, code in rows}
    return [_ticket(coupon, *known[coupon.template_id, coupon.version]) for coupon in coupons]


def hindrance(coupon: Coupon, name: str, order: Order, *, now: datetime) -> DomainError | None:
    """Why a coupon cannot be used for an order, as far as its own state goes; None where it can.

    Whether its time is over is for its validity to say: one that a job has called expired was good before.
    """
    if coupon.status == "redeemed":
        return CouponUsed(name=name)
    on_its_way = coupon.status == "sent" and coupon.sent_until is not None and now < coupon.sent_until
    if coupon.status == "revoked" or on_its_way:
        return CouponGone(name=name)
    kept_for = (coupon.held_store_id, coupon.held_order_no)
    if coupon.is_held_at(now) and kept_for != (order.store_id, order.order_no):
        return CouponHeld()
    return None


def _ticket(coupon: Coupon, template_code: str, definition: Definition) -> Ticket:
    return Ticket(
        id=coupon.id,
        code=coupon.code,
        template_code=template_code,
        version=coupon.version,
        definition=definition,
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
    )
