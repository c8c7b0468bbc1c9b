from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend import mall, points, stores
from backend.mall.rules import pick_up_by
from tests.factories.mall import PRICE, make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING

FUNDS = 1000  # the gift of joining and what the fixture gives
OVERDUE = pick_up_by(MORNING)
IN_TIME = OVERDUE - timedelta(microseconds=1)


def test_an_exchange_takes_points_and_stock(exchange, member_id, item, store, heard, stock, available, adds_up):
    order = exchange(2)
    assert (order.status, order.points, order.title, order.closed_at) == ("placed", 2 * PRICE, "陶瓷杯", None)
    assert (stock(item), available(member_id)) == (3, FUNDS - 2 * PRICE)
    assert heard == [
        mall.ExchangeConfirmed(
            member_id, order.no, "陶瓷杯", 2 * PRICE, order.pickup_code, "南京东路店", OVERDUE, at=MORNING
        )
    ]
    assert adds_up(member_id)


def test_points_of_an_order_past_its_time_can_be_spent_before_any_job_has_run(
    session, exchange, member_id, item, stock, adds_up
):
    order = exchange(5)
    mall.adjust_stock(session, item.id, by=5)
    everything = exchange(FUNDS // PRICE - 5, at=OVERDUE)
    assert everything.status == "placed"
    assert points.summary(session, member_id, now=OVERDUE).held == everything.points
    mall.lapse_due(session, order.id, now=OVERDUE)
    assert (order.status, stock(item)) == ("lapsed", 5)
    assert adds_up(member_id)


def test_numbers_are_long_enough_not_to_be_guessed(exchange):
    first, second = exchange(), exchange()
    assert first.no != second.no
    assert first.pickup_code != second.pickup_code
    assert len(first.no) == 12
    assert len(first.pickup_code) == 12
    assert first.pickup_code.isdigit()


def test_more_than_is_left_is_refused(exchange, member_id, item, stock):
    with pytest.raises(mall.SoldOut):
        exchange(6)
    assert exchange(5).lines[0].quantity == 5
    with pytest.raises(mall.SoldOut):
        exchange(1)
    assert stock(item) == 0


def test_more_points_than_there_are_is_refused(session, exchange, item):
    poor = make_member(session).id
    with pytest.raises(points.Insufficient):
        exchange(2, by=poor)


def test_unknown_items_and_stores_are_refused(session, exchange, member_id, item, rng):
    with pytest.raises(mall.ItemUnknown):
        exchange(wishes={404: 1})
    mall.take_off(session, item.id)
    with pytest.raises(mall.ItemUnknown):
        exchange()
    mall.put_on(session, item.id)
    with pytest.raises(stores.StoreUnknown):
        mall.exchange(session, member_id, {item.id: 1}, store_id=404, rng=rng, now=MORNING)
    assert session.scalar(select(func.count()).select_from(mall.Order)) == 0


def test_several_items_are_one_order(session, exchange, member_id, item, stock, available, adds_up):
    plate = make_item(session, title="骨瓷盘", price=150, stock=2)
    order = exchange(wishes={plate.id: 1, item.id: 2})
    session.expire_all()
    assert (order.title, order.points) == ("骨瓷盘等3件", 350)
    shown = [(line.no, line.item_title, line.quantity, line.points) for line in order.lines]
    assert shown == [(1, "骨瓷盘", 1, 150), (2, "陶瓷杯", 2, 200)]
    assert (stock(plate), stock(item), available(member_id)) == (1, 3, FUNDS - 350)
    assert adds_up(member_id)


def test_of_several_items_all_or_nothing(session, exchange, member_id, item, stock):
    with session.begin_nested() as attempt:
        plate = make_item(session, title="骨瓷盘", stock=1)
        attempt.commit()
    for wishes in ({item.id: 1, plate.id: 2}, {item.id: 1, 404: 1}, {item.id: 6, plate.id: 5}):
        with pytest.raises((mall.SoldOut, mall.ItemUnknown)):
            exchange(wishes=wishes)
    assert (stock(plate), stock(item)) == (1, 5)
    assert session.scalar(select(func.count()).select_from(mall.Order)) == 0


def test_a_store_with_stock_of_its_own_is_served_from_it(session, exchange, item, store, stock):
    mall.adjust_stock(session, item.id, by=1, store_id=store.id)
    session.flush()
    assert exchange().lines[0].stock_store_id == store.id
    with pytest.raises(mall.SoldOut):  # the house's five are for the others
        exchange()
    assert (stock(item), stock(item, store.id)) == (5, 0)
