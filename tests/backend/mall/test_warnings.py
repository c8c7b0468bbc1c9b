from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from backend import mall
from backend.kit.db import is_mysql_family
from backend.mall.rules import pick_up_by
from tests.factories.addresses import make_address
from tests.factories.mall import make_item
from tests.support.clocks import MORNING

OVERDUE = pick_up_by(MORNING)
SOON = OVERDUE - timedelta(days=3)
TICK = timedelta(microseconds=1)
LATE = datetime(2026, 3, 3, 16, tzinfo=UTC)  # 00:00 on 4 March in the shop: two days are over


@pytest.fixture
def send(session, member_id, rng):
    """Place an order of the member that is to be sent."""
    item, to = make_item(session, ways="both"), make_address(session, member_id).id

    def send(at=MORNING):
        return mall.exchange_to_ship(session, member_id, {item.id: 1}, address_id=to, rng=rng, now=at)

    return send


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


def test_what_should_have_been_sent_is_told_the_oldest_first(session, exchange, send, member_id):
    newer, oldest = send(MORNING + timedelta(hours=1)), send(MORNING)
    shipped, cancelled, tomorrow, fetched = send(), send(), send(LATE - timedelta(days=2)), exchange()
    mall.prepare(session, newer.no, now=MORNING)
    mall.ship(session, shipped.no, carrier="顺丰速运", tracking_no="SF1", now=MORNING)
    mall.cancel(session, member_id, cancelled.no, now=MORNING)
    session.flush()
    assert mall.ship_by(oldest) == mall.ship_by(newer) == LATE == mall.ship_by(tomorrow) - timedelta(days=1)
    assert mall.not_shipped(session, now=LATE - TICK, limit=9) == []
    assert mall.not_shipped(session, now=LATE, limit=1) == [oldest]
    assert mall.not_shipped(session, after=(oldest.placed_at, oldest.id), now=LATE, limit=9) == [newer]
    assert mall.not_shipped(session, now=LATE + timedelta(days=1), limit=9) == [oldest, newer, tomorrow]
    assert fetched.status == "placed"


def test_what_was_not_sent_is_found_by_index(session, exchange, send):
    for _ in range(5):
        exchange()
    send()
    session.flush()
    asked = (
        "SELECT id FROM mall_orders WHERE status IN ('placed', 'prepared', 'ready') AND placed_at < '2026-03-01'"
        " AND way = 'shipping' AND pick_up_by IS NULL ORDER BY placed_at, id"
    )
    plan = session.execute(text(("EXPLAIN " if is_mysql_family(session) else "EXPLAIN QUERY PLAN ") + asked)).first()
    assert "ix_mall_orders_status_pick_up_by" in " ".join(map(str, plan))


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
