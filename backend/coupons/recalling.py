"""Coupons that came with something that is given back: the unused ones go, the used ones are told."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.coupons.errors import CouponHeld
from backend.coupons.models import Coupon, Template
from backend.coupons.revoking import revoke
from backend.coupons.ways import Gift

UNUSED: Final = {"ready", "sent"}


def used_of(session: Session, member_id: int, sources: Collection[points.Source], *, now: datetime) -> Counter[str]:
    """How many coupons by template that came for some sources of one kind were used, given away, or lie at a till."""
    used = [
        one for one in _came(session, member_id, sources) if one.status_at(now) == "redeemed" or one.is_held_at(now)
    ]
    return _named(session, [one.template_id for one in used] + _given_away(session, member_id, sources))


def recall(
    session: Session, account: points.Account, sources: Collection[points.Source], *, now: datetime
) -> Counter[str]:
    """Take back what is unused of the coupons that came for some sources of one kind; answers what was used of them.

    Raises CouponHeld while a till keeps one for an order.
    """
    for coupon in _came(session, account.member_id, sources):
        if coupon.is_held_at(now):
            raise CouponHeld
        if coupon.status_at(now) in UNUSED:
            revoke(session, account, coupon, now=now)
    return used_of(session, account.member_id, sources, now=now)


def _came(session: Session, member_id: int, sources: Collection[points.Source]) -> Sequence[Coupon]:
    kinds, ids = {source.kind for source in sources}, {str(source.id) for source in sources}
    mine = Coupon.member_id == member_id, Coupon.source_kind.in_(kinds), Coupon.source_id.in_(ids)
    return session.scalars(select(Coupon).where(*mine).order_by(Coupon.template_id, Coupon.id)).all()


def _given_away(session: Session, member_id: int, sources: Collection[points.Source]) -> list[int]:
    kinds, ids = {source.kind for source in sources}, {str(source.id) for source in sources}
    gone = Gift.giver_id == member_id, Gift.status == "accepted"
    found = select(Gift.template_id).where(*gone, Gift.source_kind.in_(kinds), Gift.source_id.in_(ids))
    return list(session.scalars(found))


def _named(session: Session, template_ids: Sequence[int]) -> Counter[str]:
    if not template_ids:
        return Counter()
    rows = session.execute(select(Template.id, Template.code).where(Template.id.in_(set(template_ids))))
    names = {template_id: code for template_id, code in rows}  # noqa: C416  rows are no pairs to a type checker
    return Counter(names[template_id] for template_id in template_ids)
