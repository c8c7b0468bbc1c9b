"""How coupons that were not used go again. The member's account is locked before, the stock last."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend import points
from backend.coupons import queries, stock
from backend.coupons.errors import CouponHeld, CouponNotReady
from backend.coupons.gifting import end_gifts
from backend.coupons.holding import let_go
from backend.coupons.models import Coupon


def revoke(session: Session, account: points.Account, coupon: Coupon, *, now: datetime) -> Coupon:
    """Take a coupon back that was not used; its place in the stock is free again. Again, it changes nothing.

    Raises CouponUnknown for another member's, CouponNotReady for one that was used or is over, CouponHeld.
    """
    queries.coupon(session, account.member_id, coupon.id)
    mine = queries.locked(session, coupon.id)
    if mine.status == "revoked":
        return mine
    if mine.status_at(now) not in {"ready", "sent"}:
        raise CouponNotReady
    if mine.is_held_at(now):
        raise CouponHeld
    void(session, [mine], now=now)
    return mine


def void(session: Session, coupons: Sequence[Coupon], *, now: datetime) -> None:
    """Let coupons, which are locked, be nobody's any more, also those on their way to a friend."""
    sent = [coupon.id for coupon in coupons if coupon.status == "sent"]
    for coupon in coupons:
        coupon.status, coupon.ended_at, coupon.sent_until = "revoked", now, None
    let_go(coupons)
    session.flush()  # the stock is locked last
    if sent:
        end_gifts(session, sent, now=now)
    counts = Counter((coupon.template_id, coupon.issued_on) for coupon in coupons)
    for (template_id, day), count in sorted(counts.items()):
        stock.give_back(session, template_id, day, count)
