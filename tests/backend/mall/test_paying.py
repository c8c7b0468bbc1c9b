"""What is ordered ahead: its deposit, its window, and what becomes of both."""

from datetime import timedelta

import pytest

from backend import mall, points
from backend.mall.models import Order
from backend.mall.paying import paid_at_once, paid_by
from tests.factories.mall import BEGINS, ENDS, GOES, PRICE, make_pre_order
from tests.support.clocks import MORNING

FUNDS = 1000  # the gift of joining and what the fixture gives
DEPOSIT = 30
JUST_BEFORE = timedelta(microseconds=1)


@pytest.fixture
def ahead(session):
    return make_pre_order(session, deposit=DEPOSIT)


@pytest.fixture
def order(exchange, ahead):
    return exchange(wishes={ahead.id: 2})


@pytest.fixture
def books(session, member_id):
    """What a member has to spend, has set aside, and has in all."""

    def books(at):
        seen = points.summary(session, member_id, now=at)
        return seen.available, seen.held, points.balance_at(session, member_id, at=at)

    return books


def test_each_hand_over_is_paid_for_under_a_name_of_its_own():
    assert [paid_by(Order(id=7, undone=undone)).id for undone in (0, 1, 2)] == [7, "7:1", "7:2"]
    assert paid_at_once(Order(id=7)).id == "7:0"


def test_only_the_deposit_is_set_aside_until_it_is_picked_up(order, books, hand_over, adds_up, member_id):
    assert (order.points, order.deposit_points, order.rest_points) == (2 * PRICE, 2 * DEPOSIT, 2 * (PRICE - DEPOSIT))
    assert (order.pick_up_from, order.pick_up_by) == (BEGINS, ENDS)
    assert books(MORNING) == (FUNDS - 2 * DEPOSIT, 2 * DEPOSIT, FUNDS)
    hand_over(order, at=BEGINS)
    assert books(BEGINS) == (FUNDS - 2 * PRICE, 0, FUNDS - 2 * PRICE)
    assert adds_up(member_id)


def test_it_is_picked_up_within_its_window_alone(exchange, ahead, order, hand_over):
    other = exchange(wishes={ahead.id: 1})
    with pytest.raises(mall.PickUpTooEarly) as early:
        hand_over(order, at=BEGINS - JUST_BEFORE)
    assert early.value.detail == "预售商品 2026-03-11 09:00 起可提货"
    assert hand_over(other, at=ENDS - JUST_BEFORE).status == "received"
    with pytest.raises(mall.OrderLapsed):
        hand_over(order, at=ENDS)


def test_who_has_not_got_the_rest_is_refused_and_may_come_again(session, order, member_id, hand_over, books, adds_up):
    account = points.lock(session, member_id, now=MORNING)
    points.spend(session, account, FUNDS - 2 * DEPOSIT, source=points.Source("cash", 1), now=MORNING)
    session.commit()
    with pytest.raises(points.Insufficient):
        hand_over(order, at=BEGINS)
    session.rollback()
    assert (books(BEGINS)[:2], order.status) == ((0, 2 * DEPOSIT), "placed")
    account = points.lock(session, member_id, now=BEGINS)
    points.credit(session, account, order.rest_points, source=points.Source("purchase", "late"), now=BEGINS)
    assert hand_over(order, at=BEGINS).status == "received"
    assert books(BEGINS) == (0, 0, 0)
    assert adds_up(member_id)


def test_who_orders_ahead_is_told_the_window(order, heard, exchange, ahead, store):
    placed = exchange(wishes={ahead.id: 1})
    where = placed.pickup_code, store.name
    assert heard == [
        mall.PreOrderConfirmed(placed.member_id, placed.no, placed.title, *where, BEGINS, ENDS, at=MORNING)
    ]


def test_a_deposit_is_free_again_however_the_order_ends(
    session, exchange, ahead, member_id, books, stock, heard, adds_up
):
    cancelled, refused, lapsed = (exchange(wishes={ahead.id: 1}) for _ in range(3))
    mall.cancel(session, member_id, cancelled.no, now=MORNING)
    mall.refuse(session, refused.no, reason="厂家停产", now=MORNING)
    mall.lapse_due(session, lapsed.id, now=ENDS)
    assert [one.status for one in (cancelled, refused, lapsed)] == ["cancelled", "refused", "lapsed"]
    assert [fact.points for fact in heard if isinstance(fact, mall.ExchangeCancelled)] == [DEPOSIT] * 3
    assert (books(ENDS), stock(ahead)) == ((FUNDS, 0, FUNDS), 5)
    assert adds_up(member_id)


def test_what_comes_back_gives_back_deposit_and_rest(
    session, order, hand_over, books, stock, ahead, adds_up, member_id
):
    hand_over(order, at=BEGINS)
    for _ in range(2):
        mall.take_back(session, order.no, restock=True, now=BEGINS)
    assert (books(BEGINS), stock(ahead)) == ((FUNDS, 0, FUNDS), 5)
    assert adds_up(member_id)


def test_a_hand_over_by_mistake_sets_the_deposit_aside_again(
    session, order, store, hand_over, books, adds_up, member_id
):
    for _ in range(2):
        hand_over(order, at=BEGINS)
        mall.undo_pick_up(session, order.no, store_id=store.id, now=BEGINS)
        assert books(BEGINS) == (FUNDS - 2 * DEPOSIT, 2 * DEPOSIT, FUNDS)
    hand_over(order, at=BEGINS)
    mall.take_back(session, order.no, restock=True, now=BEGINS)
    assert books(BEGINS) == (FUNDS, 0, FUNDS)
    assert adds_up(member_id)


def test_without_a_deposit_its_whole_price_is_set_aside(session, exchange, books, hand_over):
    order = exchange(wishes={make_pre_order(session, deposit=None).id: 1})
    assert (order.deposit_points, order.pick_up_from, books(MORNING)) == (None, BEGINS, (FUNDS - PRICE, PRICE, FUNDS))
    hand_over(order, at=BEGINS)
    assert books(BEGINS) == (FUNDS - PRICE, 0, FUNDS - PRICE)


def test_it_is_ordered_alone_and_while_it_is_on_offer(exchange, ahead, item):
    with pytest.raises(mall.PreOrderAlone):
        exchange(wishes={item.id: 1, ahead.id: 1})
    with pytest.raises(mall.ItemUnknown):
        exchange(wishes={ahead.id: 1}, at=GOES)


def test_goods_that_come_late_may_be_fetched_for_the_full_days(session, order, member_id, books, hand_over):
    ready = mall.make_ready(session, order.no, now=ENDS - timedelta(days=1))
    assert ready.pick_up_by > ENDS
    assert hand_over(order, at=ENDS).status == "received"
