"""Coupons of ours that a partner gives to a linked member, as many as was agreed."""

from datetime import datetime
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import coupons, points
from backend.kit.guarded import hit_one
from backend.kit.ids import new_id
from backend.partners.errors import CouponBudgetUsedUp, CouponNotOffered, RefReused
from backend.partners.linking import linked
from backend.partners.models import CouponGrant, CouponOffer, Link

SOURCE = "partner"


def grant(
    session: Session, partner_id: int, *, ref: str, member: str, template_code: str, rng: Random, now: datetime
) -> CouponGrant:
    """Give a linked member a coupon; the same reference again is the same coupon.

    Raises RefReused, NotLinked, CouponNotOffered, CouponBudgetUsedUp and what coupons.grant raises.
    """
    earlier = _of_ref(session, partner_id, ref)
    if earlier is not None:
        return _same(session, earlier, member=member, template_code=template_code)
    account = points.lock(session, linked(session, partner_id, member).member_id, now=now)
    link, earlier = linked(session, partner_id, member), _of_ref(session, partner_id, ref)
    if earlier is not None:
        return _same(session, earlier, member=member, template_code=template_code)
    if session.get(CouponOffer, (partner_id, template_code)) is None:
        raise CouponNotOffered
    grant_id = new_id()
    source = points.Source(SOURCE, grant_id)
    coupon = coupons.grant(session, account, template_code, source=source, rng=rng, now=now)
    granted = CouponGrant(
        id=grant_id,
        partner_id=partner_id,
        ref=ref,
        link_id=link.id,
        member_id=link.member_id,
        template_code=template_code,
        coupon_id=coupon.id,
        granted_at=now,
    )
    session.add(granted)
    session.flush()  # of two with one reference the second fails here
    mine = CouponOffer.partner_id == partner_id, CouponOffer.template_code == template_code
    one_more = update(CouponOffer).where(*mine, CouponOffer.given < CouponOffer.most)
    if not hit_one(session, one_more.values(given=CouponOffer.given + 1)):
        raise CouponBudgetUsedUp
    return granted


def _of_ref(session: Session, partner_id: int, ref: str) -> CouponGrant | None:
    return session.scalar(select(CouponGrant).where(CouponGrant.partner_id == partner_id, CouponGrant.ref == ref))


def _same(session: Session, earlier: CouponGrant, *, member: str, template_code: str) -> CouponGrant:
    if earlier.template_code != template_code or session.get_one(Link, earlier.link_id).alias != member:
        raise RefReused
    return earlier
