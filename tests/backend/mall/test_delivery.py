"""What is given at once: coupons, alone in an order or beside goods."""

from datetime import timedelta

import pytest

from backend import coupons, mall, points
from backend.mall.rules import MOST_AT_ONCE, pick_up_by
from tests.factories.coupons import make_template
from tests.factories.mall import PRICE, make_coupon_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING

FUNDS = 1000  # the gift of joining and what the fixture gives
OVERDUE = pick_up_by(MORNING)
PLAIN_STATEMENTS = 11
NEXT_DAY = MORNING + timedelta(days=1)


@pytest.fixture
def template(session):
    return make_template(session, supply={"stock": 4, "per_member": {"most": 3}})


@pytest.fixture
def ticket(session, template):
    return make_coupon_item(session, template.code)


@pytest.fixture
def issued(session, template):
    def issued():
        session.refresh(template)
        return template.issued

    return issued


@pytest.fixture
def given(session, member_id):
    return lambda order: [coupons.coupon(session, member_id, one) for line in order.lines for one in line.coupon_ids]


@pytest.fixture
def mixed(exchange, item, ticket):
    return lambda: exchange(wishes={item.id: 2, ticket.id: 1})


def test_coupons_are_paid_and_granted_at_once(
    exchange, member_id, ticket, heard, stock, available, given, issued, adds_up
):
    order = exchange(wishes={ticket.id: 2})
    assert (order.status, order.received_at, order.closed_at) == ("completed", MORNING, MORNING)
    assert (order.on_hold, order.bring_back_by, order.lines[0].delivered_at) == (False, None, MORNING)
    assert [(one.status, one.source_kind) for one in given(order)] == [("ready", "exchange")] * 2
    assert (stock(ticket), available(member_id), issued()) == (3, FUNDS - 2 * PRICE, 2)
    assert heard == [mall.ExchangeCompleted(member_id, order.no, ticket.title, at=MORNING)]
    assert adds_up(member_id)


def test_points_of_coupons_are_on_the_statement_as_spent(session, exchange, member_id, ticket):
    order = exchange(wishes={ticket.id: 1})
    newest = points.entries(session, member_id, limit=1)[0]
    assert (newest.kind, newest.amount, newest.source_id) == ("spend", -PRICE, f"{order.id}:0")


def test_cancelling_takes_unused_coupons_back_once(
    session, exchange, member_id, ticket, stock, available, given, issued, adds_up
):
    order = exchange(wishes={ticket.id: 2})
    for at in (NEXT_DAY, NEXT_DAY + timedelta(hours=1)):
        cancelled = mall.cancel(session, member_id, order.no, now=at)
        assert (cancelled.status, cancelled.closed_at, cancelled.received_at) == ("cancelled", NEXT_DAY, None)
    assert [one.status for one in given(order)] == ["revoked"] * 2
    assert (stock(ticket), available(member_id, NEXT_DAY), issued()) == (5, FUNDS, 0)
    assert adds_up(member_id)


def test_a_coupon_that_is_not_to_be_had_back_lets_nothing_be_cancelled(
    session, exchange, member_id, ticket, given, store, available
):
    order = exchange(wishes={ticket.id: 2})
    coupon = given(order)[1]
    coupon.held_store_id, coupon.held_order_no, coupon.held_until = store.id, "A-1", MORNING + timedelta(minutes=15)
    session.flush()
    with pytest.raises(mall.DeliveredStays), session.begin_nested():
        mall.cancel(session, member_id, order.no, now=MORNING)
    session.expire_all()
    assert (order.status, [one.status for one in given(order)]) == ("completed", ["ready"] * 2)
    assert available(member_id) == FUNDS - 2 * PRICE


def test_a_coupon_that_is_over_stays(session, exchange, member_id, ticket):
    order = exchange(wishes={ticket.id: 1})
    with pytest.raises(mall.DeliveredStays):
        mall.cancel(session, member_id, order.no, now=MORNING + timedelta(days=60))


def test_a_refused_grant_refuses_the_whole_exchange(session, exchange, member_id, item, ticket, stock, available):
    session.flush()
    for wishes in ({ticket.id: 4}, {item.id: 1, ticket.id: 4}):
        with pytest.raises(coupons.LimitReached), session.begin_nested():
            exchange(wishes=wishes)
    assert (stock(item), stock(ticket), available(member_id)) == (5, 5, FUNDS)
    assert mall.orders(session, member_id, limit=1) == []


def test_only_so_many_are_given_at_once(session, exchange, ticket):
    mall.adjust_stock(session, ticket.id, by=MOST_AT_ONCE)
    session.flush()
    with pytest.raises(mall.TooManyAtOnce):
        exchange(wishes={ticket.id: MOST_AT_ONCE + 1})


def test_of_a_mixed_order_coupons_come_at_once_and_goods_wait(
    exchange, mixed, hand_over, member_id, item, ticket, heard, stock, available, given, adds_up
):
    order = mixed()
    assert (order.status, order.on_hold, order.points, order.waiting_points) == ("placed", True, 300, 200)
    assert [one.status for one in given(order)] == ["ready"]
    assert [type(fact) for fact in heard] == [mall.ExchangeConfirmed]
    assert (stock(item), stock(ticket), available(member_id)) == (3, 4, FUNDS - 300)
    assert hand_over(order).status == "received"
    assert adds_up(member_id)


def test_a_mixed_order_that_lapses_leaves_the_coupon_and_its_points_where_they_are(
    session, mixed, member_id, item, ticket, heard, stock, available, given, adds_up
):
    order = mixed()
    mall.lapse_due(session, order.id, now=OVERDUE)
    assert (order.status, [one.status for one in given(order)]) == ("lapsed", ["ready"])
    assert (stock(item), stock(ticket), available(member_id, OVERDUE)) == (5, 4, FUNDS - PRICE)
    assert (heard[-1].reason, heard[-1].points) == ("lapsed", 200)
    assert adds_up(member_id)


def test_a_mixed_order_is_cancelled_as_a_whole(session, mixed, member_id, item, ticket, stock, available, adds_up):
    order = mixed()
    mall.cancel(session, member_id, order.no, now=MORNING)
    assert (order.status, stock(item), stock(ticket), available(member_id)) == ("cancelled", 5, 5, FUNDS)
    assert adds_up(member_id)


def test_goods_of_a_mixed_order_are_undone_and_returned_alone(
    session, mixed, hand_over, member_id, item, ticket, stock, available, adds_up
):
    order = hand_over(mixed())
    mall.undo_pick_up(session, order.no, store_id=order.store_id, now=MORNING)
    assert (order.status, points.summary(session, member_id, now=MORNING).held) == ("placed", 200)
    hand_over(order)
    mall.take_back(session, order.no, restock=True, now=MORNING)
    assert (stock(item), stock(ticket), available(member_id)) == (5, 4, FUNDS - PRICE)
    assert adds_up(member_id)


def test_a_coupon_that_stayed_counts_within_the_limit_of_its_item(session, exchange, item, template, member_id):
    one_each = make_coupon_item(session, template.code, limit_pieces=1)
    order = exchange(wishes={item.id: 1, one_each.id: 1})
    mall.refuse(session, order.no, reason="缺货", now=MORNING)
    with pytest.raises(mall.LimitReached):
        exchange(wishes={one_each.id: 1})


def test_there_is_nothing_to_pick_up_of_coupons(exchange, hand_over, ticket):
    order = exchange(wishes={ticket.id: 1})
    with pytest.raises(mall.OrderUnknown):
        hand_over(order)


def test_points_that_do_not_do_for_both_parts_are_refused_as_one_sum(session, exchange, item, ticket):
    poor = make_member(session).id
    with pytest.raises(points.Insufficient) as refused:
        exchange(by=poor, wishes={item.id: 1, ticket.id: 1})
    assert "100" in refused.value.detail


def test_plain_goods_need_no_statement_more_than_before(session, exchange, item, count_statements):
    exchange()
    with count_statements(session) as said:
        exchange()
    assert len(said) == PLAIN_STATEMENTS
