"""What an exchange gives at once, in its own transaction: coupons and codes. That is paid at once too, apart from the
rest.

So what waits may end by itself in any way: its points wait on a hold of their own. What was given at once is taken back
only when the member cancels the whole order.
"""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from backend import coupons, points
from backend.mall.cart import Wanted
from backend.mall.errors import CodesGiven, DeliveredStays
from backend.mall.models import Order
from backend.mall.paying import paid_at_once

COUPON_STAYS: Final = (coupons.CouponUnknown, coupons.CouponNotReady, coupons.CouponHeld)


def give_coupons(
    session: Session, account: points.Account, order: Order, cart: Sequence[Wanted], *, rng: Random, now: datetime
) -> None:
    """Grant the coupons of an order, by template: each of its rows is locked from then on. `pool.assign` gives codes.

    Raises what `coupons.grant` raises.
    """
    templates = {wanted.item.id: wanted.item.coupon_template for wanted in cart}
    given = [(code, line) for line in order.lines if (code := templates[line.item_id]) is not None]
    for code, line in sorted(given, key=lambda one: (one[0], one[1].no)):
        sources = [points.Source("exchange", f"{order.id}:{line.no}:{piece}") for piece in range(line.quantity)]
        granted = [coupons.grant(session, account, code, source=one, rng=rng, now=now) for one in sources]
        line.coupon_ids = [coupon.id for coupon in granted]
    session.flush()  # as for all else: the stocks are locked last


def take_back(session: Session, account: points.Account, order: Order, *, now: datetime) -> None:
    """Take back what an order gave at once; its points go back into the lots that paid.

    Raises DeliveredStays, CodesGiven.
    """
    given = [line for line in order.lines if line.delivered_at is not None]
    if not given:
        return
    if any(line.kind == "virtual" for line in given):
        raise CodesGiven
    try:
        for coupon_id in sorted(coupon_id for line in given for coupon_id in line.coupon_ids):
            coupon = coupons.coupon(session, order.member_id, coupon_id)
            coupons.revoke(session, account, coupon, now=now)
        source = points.Source("exchange-cancel", order.id)
        points.cancel(session, account, spent=paid_at_once(order), source=source, now=now)
    except (*COUPON_STAYS, points.NothingToCancel) as refused:
        raise DeliveredStays from refused
    for line in given:
        line.delivered_at = None
