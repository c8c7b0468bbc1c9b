from datetime import timedelta

import pytest

from backend import mall
from backend.mall.rules import pick_up_by
from tests.support.clocks import MORNING

OVERDUE = pick_up_by(MORNING)
SOON = OVERDUE - timedelta(days=3)
TICK = timedelta(microseconds=1)


def test_a_stock_that_runs_low_is_told(session, exchange, item, store):
    mall.adjust_stock(session, item.id, by=0, low_at=4)
    mall.adjust_stock(session, item.id, by=1, store_id=store.id, low_at=3)
    session.flush()
    own = mall.LowStock(item.id, "陶瓷杯", store.id, 1, 3)
    assert mall.low_stocks(session, limit=9) == [own]
    mall.adjust_stock(session, item.id, by=-1)
    session.flush()
    central = mall.LowStock(item.id, "陶瓷杯", None, 4, 4)
    assert mall.low_stocks(session, limit=1) == [central]
    assert mall.low_stocks(session, after=(item.id, mall.CENTRAL), limit=9) == [own]
    mall.take_off(session, item.id)
    assert mall.low_stocks(session, limit=9) == []


def test_what_lapses_soon_is_told_to_operators(session, exchange, hand_over):
    first, second = exchange(), exchange()
    hand_over(exchange())
    assert mall.not_picked_up(session, now=SOON - TICK, limit=9) == []
    assert mall.not_picked_up(session, now=SOON, limit=1) == [first]
    assert mall.not_picked_up(session, after=(first.pick_up_by, first.id), now=SOON, limit=9) == [second]
    assert mall.not_picked_up(session, now=OVERDUE, limit=9) == []


def test_a_member_is_reminded_once(session, exchange, member_id, heard):
    order = exchange()
    mall.remind_due(session, order.id, now=SOON - TICK)
    assert mall.due_to_remind(session, now=SOON - TICK, limit=9) == []
    assert mall.due_to_remind(session, now=SOON, limit=9) == [order.id]
    for _ in range(2):
        mall.remind_due(session, order.id, now=SOON)
    assert mall.due_to_remind(session, now=SOON, limit=9) == []
    told = mall.ExchangeLapsesSoon(member_id, order.no, "陶瓷杯", order.pickup_code, "南京东路店", OVERDUE, at=SOON)
    assert heard[1:] == [told]


@pytest.mark.parametrize("at", [OVERDUE, OVERDUE + timedelta(days=1)])
def test_nobody_is_reminded_of_what_is_over(session, exchange, heard, at):
    mall.remind_due(session, exchange().id, now=at)
    assert len(heard) == 1


def test_who_is_given_more_time_is_reminded_anew(session, exchange):
    order = exchange()
    mall.remind_due(session, order.id, now=SOON)
    mall.make_ready(session, order.no, now=SOON)
    session.flush()
    assert mall.due_to_remind(session, now=order.pick_up_by - TICK, limit=9) == [order.id]
