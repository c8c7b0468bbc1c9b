from datetime import timedelta
from random import Random

import pytest

from backend import lifecycle, members, payments, plans, points
from backend.kit.facts import announce
from tests.backend.plans.test_service import pay, place
from tests.factories.members import make_member
from tests.support.clocks import MORNING

DAY = timedelta(days=1)


@pytest.fixture
def into(session, member_id):
    return make_member(session).id


def merge(session, gone, into, now):
    lifecycle.merge(session, gone_id=gone, into_id=into, by="li", reason="同一人", now=now)
    session.expire_all()


def test_days_that_both_have_paid_for_follow_on_one_another(session, buy, member_id, into):
    gone, kept = buy(now=MORNING), buy(now=MORNING, who=into)
    at = MORNING + 100 * DAY
    merge(session, member_id, into, at)
    assert (gone.member_id, gone.starts_at, gone.last_on) == (into, kept.ends_at, kept.last_on + 265 * DAY)
    assert plans.quote_refund(session, gone.no, now=at)[1].fen == 12_000 * 265 // 365
    assert [one.no for one in plans.memberships(session, into, now=at)] == [kept.no, gone.no]


def test_several_follow_on_one_another_in_their_order(session, buy, member_id, into):
    one, two, kept = buy(now=MORNING), buy(now=MORNING), buy(now=MORNING, who=into)
    merge(session, member_id, into, MORNING)
    assert [order.no for order in plans.memberships(session, into, now=MORNING)] == [kept.no, one.no, two.no]
    assert (one.last_on - one.from_on, two.last_on - two.from_on) == (365 * DAY, 366 * DAY)


def test_what_the_other_has_not_is_moved_as_it_is(session, buy, member_id, into):
    gone = buy("baby", now=MORNING)
    before = gone.ends_at
    merge(session, member_id, into, MORNING)
    assert (gone.member_id, gone.ends_at) == (into, before)


def test_a_payment_that_is_under_way_reaches_the_survivor(session, member_id, into):
    order = place(session, member_id)
    merge(session, member_id, into, MORNING)
    pay(session, order)
    assert (order.status, order.member_id) == ("paid", into)
    assert plans.benefits_of(session, into, now=MORNING) == {"lounge"}


def leave(session, member_id, at):
    announce(session, members.MembershipEnding(member_id, at))
    account = points.lock(session, member_id, now=at)
    points.close(session, account, source_id=1, now=at)


def test_who_leaves_gets_back_what_came_by_wechat(session, member_id):
    order = place(session, member_id)
    pay(session, order)
    waiting = place(session, member_id, "baby")
    leave(session, member_id, MORNING + 73 * DAY)
    payment = payments.for_purpose(session, "plan", str(order.id))
    assert (order.status, order.refund_fen, payment.refunded_fen) == ("refunding", 9_600, 9_600)
    assert (waiting.status, payments.for_purpose(session, "plan", str(waiting.id)).status) == ("cancelled", "closed")


def test_what_came_at_the_till_waits_to_be_paid_out_there(session, buy, member_id):
    order, over = buy(now=MORNING), buy("trial", now=MORNING, paid_fen=700)
    leave(session, member_id, MORNING + 73 * DAY)
    assert [one.no for one in plans.waiting_refunds(session, limit=9)] == [over.no, order.no]
    assert plans.pay_out(session, order.no, by="li", now=MORNING).status == "refunded"
    assert [one.no for one in plans.waiting_refunds(session, limit=9)] == [over.no]


def test_other_purposes_are_nothing_to_plans(session, member_id):
    announce(session, payments.PaymentSucceeded(1, "toy", "1", member_id, 1, MORNING))
    announce(session, payments.PaymentClosed(1, "toy", "1", MORNING))
    announce(session, payments.PaymentRefunded(1, "toy", "1", "k", 1, MORNING))
    assert plans.orders(session, member_id, limit=9) == []
    assert Random(1)
