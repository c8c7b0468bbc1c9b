from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import coupons, points
from backend.coupons import Gift
from backend.points import Source
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

A_DAY = timedelta(hours=24)
BEFORE = MORNING + A_DAY - timedelta(microseconds=1)
luck = Random(20260301)


@pytest.fixture
def giver(session):
    return make_member(session)


@pytest.fixture
def friend(session):
    return make_member(session)


def mine(session, giver, **parts):
    return make_coupon(session, giver, **{"transferable": True} | parts)


def send(session, giver, coupon, *, now=MORNING):
    sent = coupons.send(session, giver.id, coupon.id, rng=luck, now=now)
    session.flush()
    return sent


def accept(session, friend, sent, *, now=MORNING):
    coupon = coupons.accept(session, friend.id, sent.token, now=now)
    session.flush()
    return coupon


def test_a_friend_gets_the_coupon_as_it_is(session, giver, friend):
    coupon = mine(session, giver)
    good_until = coupon.valid_until
    sent = send(session, giver, coupon)
    taken = accept(session, friend, sent, now=BEFORE)
    assert (taken.id, taken.member_id, taken.status, taken.valid_until) == (coupon.id, friend.id, "ready", good_until)
    assert accept(session, friend, sent, now=MORNING + A_DAY) is taken
    with pytest.raises(coupons.CouponUnknown):
        coupons.take_back(session, giver.id, coupon.id, now=MORNING)


def test_a_gift_lapses_by_the_instant_and_by_the_job(session, giver, friend):
    coupon = mine(session, giver)
    sent = send(session, giver, coupon)
    with pytest.raises(coupons.GiftOver):
        accept(session, friend, sent, now=MORNING + A_DAY)
    assert coupons.lapse_gifts(session, now=BEFORE, limit=9) == 0
    assert coupons.lapse_gifts(session, now=MORNING + A_DAY, limit=9) == 1
    assert coupons.coupon(session, giver.id, coupon.id).status == "ready"
    gift = session.scalar(select(Gift).execution_options(populate_existing=True))
    assert (gift.status, gift.ended_at) == ("lapsed", MORNING + A_DAY)


def test_what_lapsed_can_be_sent_again_before_the_job_ran(session, giver, friend):
    coupon = mine(session, giver)
    first = send(session, giver, coupon)
    second = send(session, giver, coupon, now=MORNING + A_DAY)
    with pytest.raises(coupons.GiftOver):
        accept(session, friend, first, now=MORNING + A_DAY)
    assert coupons.lapse_gifts(session, now=MORNING + A_DAY, limit=9) == 0
    assert accept(session, friend, second, now=MORNING + A_DAY)


def test_a_gift_is_over_when_its_coupon_is(session, giver):
    coupon = mine(session, giver, validity={"days": 1})
    assert send(session, giver, coupon).lapses_at == coupon.valid_until


def test_only_what_is_ready_free_and_meant_for_it_is_sent(session, giver, friend):
    kept, used, held = make_coupon(session, giver), mine(session, giver), mine(session, giver)
    used.status = "redeemed"
    held.held_store_id, held.held_order_no, held.held_until = 1, "A1", MORNING + A_DAY
    session.flush()
    for coupon, refusal in (
        (kept, coupons.NotTransferable),
        (used, coupons.CouponNotReady),
        (held, coupons.CouponHeld),
    ):
        with pytest.raises(refusal):
            send(session, giver, coupon)
    with pytest.raises(coupons.CouponUnknown):
        send(session, friend, kept)


def test_limits_and_audience_are_the_takers(session, giver, friend):
    template = make_template(session, transferable=True, supply={"per_member": {"most": 1}})
    sent = send(session, giver, mine(session, giver, template=template))
    make_coupon(session, friend, template=template)
    with pytest.raises(coupons.LimitReached):
        accept(session, friend, sent)


def test_giving_away_is_no_way_to_get_more(session, giver, friend):
    template = make_template(session, transferable=True, supply={"per_member": {"most": 1}})
    coupon = make_coupon(session, giver, template=template, source=Source("birthday", "2026"))
    accept(session, friend, send(session, giver, coupon))
    with pytest.raises(coupons.LimitReached):
        make_coupon(session, giver, template=template)
    account = points.lock(session, giver.id, now=MORNING)
    again = coupons.grant(session, account, template.code, source=Source("birthday", "2026"), rng=luck, now=MORNING)
    assert again.id == coupon.id


def test_taking_back_is_for_what_nobody_accepted(session, giver):
    coupon = mine(session, giver)
    sent = send(session, giver, coupon)
    assert coupons.take_back(session, giver.id, coupon.id, now=MORNING).status == "ready"
    session.flush()
    assert coupons.take_back(session, giver.id, coupon.id, now=MORNING).status == "ready"
    with pytest.raises(coupons.GiftOver):
        accept(session, make_member(session), sent)
    with pytest.raises(coupons.OwnGift):
        accept(session, giver, send(session, giver, coupon))
    with pytest.raises(coupons.GiftUnknown):
        coupons.accept(session, giver.id, "0" * 32, now=MORNING)
