from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from backend import coupons, lifecycle
from backend.members import MembershipEnding, MembersMerged
from backend.points import Source
from tests.factories.coupons import READER, WRITER, make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

A_DAY = timedelta(days=1)
TEN = {"kind": "cash-off", "off_fen": 1_000}
ADMIN = "anna"


def test_coupons_of_both_are_the_survivors(session):
    gone, into = make_member(session), make_member(session)
    template = make_template(session, supply={"per_member": {"most": 1, "per": "year"}})
    both = [make_coupon(session, one, template=template, source=Source("birthday", 2026)) for one in (gone, into)]
    other = make_coupon(session, gone, transferable=True)
    coupons.send(session, gone.id, other.id, rng=Random(1), now=MORNING)
    session.flush()
    coupons.move_coupons(session, MembersMerged(gone.id, into.id, MORNING))
    session.flush()
    theirs = {one.id for one in coupons.wallet(session, into.id, limit=9, now=MORNING)}
    assert theirs == {both[0].id, both[1].id, other.id}
    assert [(one.source_kind, one.source_id) for one in both] == [("merged", str(both[0].id)), ("birthday", "2026")]
    assert coupons.take_back(session, into.id, other.id, now=MORNING).status == "ready"
    assert coupons.count_faults(session) == []


def merged(session, gone, into):
    session.flush()
    coupons.move_coupons(session, MembersMerged(gone.id, into.id, MORNING))
    session.flush()
    assert coupons.count_faults(session) == []


def redeem(session, member, bill, coupon, *, order):
    return coupons.redeem_on_bill(session, member.id, bill, [coupon.code], order=order, now=MORNING)


@pytest.fixture
def pair(session):
    """Who will be gone, and who stays."""
    return make_member(session), make_member(session)


def test_what_a_till_keeps_for_an_order_stays_kept_for_it(session, pair):
    gone, into = pair
    store = make_store(session, code="HQ")
    coupon, order = make_coupon(session, gone, worth=TEN), coupons.Order(store.id, MORNING, "SO-1")
    coupons.keep(session, gone.id, [coupon.code], order=order, store_code="HQ", now=MORNING)
    merged(session, gone, into)
    assert coupons.kept_for(session, into.id, order, now=MORNING) == [coupon]
    bill = coupons.Bill((coupons.BillLine(9_000),), "HQ", MORNING)
    with pytest.raises(coupons.CouponHeld):
        redeem(session, into, bill, coupon, order=replace(order, order_no="SO-2"))
    with pytest.raises(coupons.CouponUnknown):
        redeem(session, gone, bill, coupon, order=order)
    assert redeem(session, into, bill, coupon, order=order).priced.coupon_fen == 1_000


def test_what_was_granted_for_something_is_granted_no_second_time(session, pair):
    gone, into = pair
    template, once = make_template(session), Source("tier-gift", "gold:1")
    coupon = make_coupon(session, gone, template=template, source=once)
    merged(session, gone, into)
    assert make_coupon(session, into, template=template, source=once) == coupon


def test_who_stands_in_a_running_list_twice_is_given_one(runtime, sessions):
    with sessions.write.begin() as session:
        gone, into, other = (make_member(session) for _ in range(3))
        plan = coupons.HandoutPlan(make_template(session).code, {gone.id: 1, into.id: 2}, "老客", "both")
        alone = replace(plan, members={gone.id: 1, other.id: 2}, key="one")
        make_operator(session, ADMIN, role="admin")
        lists = [coupons.plan_handout(session, one, by=WRITER, now=MORNING).id for one in (plan, alone)]
        for handout_id in lists:
            coupons.approve_handout(session, handout_id, by=READER, now=MORNING)
        lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by=ADMIN, reason="同一人", now=MORNING)
    for handout_id, outcome in zip(lists, ({"done": 1, "failed": 1}, {"done": 2}), strict=True):
        while coupons.hand_out_coupons(sessions, handout_id, rng=runtime.rng, now=MORNING) is not None:
            pass
        with sessions.read() as session:
            assert coupons.handout(session, handout_id)[1] == outcome
    with sessions.read() as session:
        assert len(coupons.wallet(session, into.id, limit=9, now=MORNING)) == 2


def test_a_gift_on_its_way_to_a_friend_arrives_and_one_to_oneself_comes_back(session, pair):
    gone, into = pair
    friend, luck = make_member(session), Random(1)
    one, other = (make_coupon(session, gone, transferable=True) for _ in range(2))
    tokens = [coupons.send(session, gone.id, each.id, rng=luck, now=MORNING).token for each in (one, other)]
    merged(session, gone, into)
    assert coupons.accept(session, friend.id, tokens[0], now=MORNING).member_id == friend.id
    with pytest.raises(coupons.OwnGift):
        coupons.accept(session, into.id, tokens[1], now=MORNING)
    assert coupons.take_back(session, into.id, other.id, now=MORNING).status == "ready"


def test_what_one_gave_the_other_counts_once_for_their_limit(session, pair):
    gone, into = pair
    two = {"claimable": True, "per_member": {"most": 2}}
    template, luck = make_template(session, transferable=True, supply=two), Random(1)
    coupon = make_coupon(session, gone, template=template)
    coupons.accept(
        session, into.id, coupons.send(session, gone.id, coupon.id, rng=luck, now=MORNING).token, now=MORNING
    )
    merged(session, gone, into)

    def state():
        (offer,) = coupons.showcase(session, into.id, limit=9, now=MORNING)
        return offer.state

    assert state() == "open"
    coupons.claim(session, into.id, template.id, rng=luck, now=MORNING)
    assert state() == "claimed"
    with pytest.raises(coupons.LimitReached):
        coupons.claim(session, into.id, template.id, rng=luck, now=MORNING)


def test_who_leaves_gives_what_is_unused_back(session):
    member, friend = make_member(session), make_member(session)
    template = make_template(session, transferable=True, supply={"per_member": None, "stock": 4, "stock_per_day": 4})
    ready, sent, used = (make_coupon(session, member, template=template) for _ in range(3))
    over = make_coupon(session, member, template=template)
    token = coupons.send(session, member.id, sent.id, rng=Random(1), now=MORNING).token
    used.status, over.valid_from, over.valid_until = "redeemed", MORNING - A_DAY, MORNING
    session.flush()
    coupons.end_coupons(session, MembershipEnding(member.id, MORNING))
    session.flush()
    statuses = [coupons.coupon(session, member.id, one.id).status for one in (ready, sent, used, over)]
    assert statuses == ["revoked", "revoked", "redeemed", "ready"]
    assert coupons.template(session, template.code).issued == 2
    assert coupons.count_faults(session) == []
    with pytest.raises(coupons.GiftOver):
        coupons.accept(session, friend.id, token, now=MORNING)
