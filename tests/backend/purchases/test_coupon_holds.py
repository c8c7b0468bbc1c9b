from datetime import timedelta

import pytest

from backend import coupons, purchases
from config import policy
from tests.factories.coupons import make_coupon
from tests.factories.purchases import make_purchase
from tests.support.clocks import MORNING

TEN = {"kind": "cash-off", "off_fen": 1_000}
OVER = MORNING + policy.CASH_HOLD_FOR


def hold(session, store, member, order_no, coupon, *, now=MORNING):
    return purchases.hold_coupons(
        session, store_id=store.id, order_no=order_no, member_id=member.id, codes=[coupon.code], now=now
    )


def buy(session, store, member, order_no, coupon, *, now=MORNING):
    parts = {"member_id": member.id, "paid_fen": 9_000, "coupon_codes": frozenset([coupon.code]), "order_no": order_no}
    return make_purchase(session, 10_000, store_id=store.id, now=now, **parts)


def test_one_s_own_hold_never_blocks_one_s_own_order(session, member, store):
    coupon = make_coupon(session, member, worth=TEN)
    assert hold(session, store, member, "SO-1", coupon).until == OVER
    with pytest.raises(coupons.CouponHeld):
        buy(session, store, member, "SO-2", coupon)
    assert buy(session, store, member, "SO-1", coupon).coupon_fen == 1_000
    assert (coupon.status, coupon.held_until) == ("redeemed", None)
    with pytest.raises(purchases.AlreadyReported):
        hold(session, store, member, "SO-1", coupon)


def test_a_hold_frees_at_once_when_let_go_and_at_its_instant_by_itself(session, member, store):
    coupon, other = make_coupon(session, member, worth=TEN), make_coupon(session, member, worth=TEN)
    hold(session, store, member, "SO-1", coupon)
    for _ in range(2):
        parts = {"store_id": store.id, "order_no": "SO-1", "member_id": member.id}
        purchases.release_coupons(session, **parts, now=MORNING)
    assert buy(session, store, member, "SO-2", coupon).coupon_fen == 1_000
    hold(session, store, member, "SO-3", other)
    with pytest.raises(coupons.CouponHeld):
        buy(session, store, member, "SO-4", other, now=OVER - timedelta(microseconds=1))
    assert buy(session, store, member, "SO-4", other, now=OVER).coupon_fen == 1_000
