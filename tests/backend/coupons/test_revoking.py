from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import coupons, points
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

A_DAY = timedelta(days=1)


@pytest.fixture
def member(session):
    return make_member(session)


def revoke(session, member, coupon, *, now=MORNING):
    return coupons.revoke(session, points.lock(session, member.id, now=now), coupon, now=now)


def test_what_is_taken_back_can_be_given_again(session, member):
    template = make_template(session, supply={"per_member": None, "stock": 1, "stock_per_day": 1})
    coupon = make_coupon(session, member, template=template)
    assert revoke(session, member, coupon).status == "revoked"
    assert revoke(session, member, coupon).ended_at == MORNING
    assert coupons.template(session, template.code).issued == 0
    assert make_coupon(session, make_member(session), template=template)


def test_what_is_used_over_held_or_anothers_is_not_taken_back(session, member):
    over, held, used = (make_coupon(session, member) for _ in range(3))
    with pytest.raises(coupons.CouponNotReady):
        revoke(session, member, over, now=over.valid_until)
    held.held_store_id, held.held_order_no, held.held_until = 1, "A1", MORNING + A_DAY
    used.status = "redeemed"
    session.flush()
    with pytest.raises(coupons.CouponHeld):
        revoke(session, member, held)
    with pytest.raises(coupons.CouponNotReady):
        revoke(session, member, used)
    with pytest.raises(coupons.CouponUnknown):
        revoke(session, make_member(session), over)
    assert revoke(session, member, held, now=MORNING + A_DAY).held_until is None


def test_what_is_on_its_way_to_a_friend_is_taken_back_with_its_gift(session, member):
    coupon = make_coupon(session, member, transferable=True)
    token = coupons.send(session, member.id, coupon.id, rng=Random(1), now=MORNING).token
    session.flush()
    assert revoke(session, member, coupon).status == "revoked"
    gift = session.scalars(select(coupons.Gift), execution_options={"populate_existing": True}).one()
    assert (gift.status, gift.ended_at) == ("taken-back", MORNING)
    with pytest.raises(coupons.GiftOver):
        coupons.accept(session, make_member(session).id, token, now=MORNING)
