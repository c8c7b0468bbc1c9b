from datetime import timedelta

import pytest
from sqlalchemy import text

from backend import mall
from backend.kit.db import is_mysql_family
from backend.mall.rules import bring_back_by, pick_up_by
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING

OVERDUE = pick_up_by(MORNING)


def test_items_stand_in_their_places_and_pages_meet(session):
    places = [make_item(session, title=f"第{position}位", position=position) for position in (3, 1, 2, 1)]
    expected = sorted(places, key=lambda item: (item.position, item.id))
    assert mall.list_items(session, now=MORNING, limit=10) == expected
    first, second = expected[:2]
    assert mall.list_items(session, now=MORNING, limit=2) == [first, second]
    assert mall.list_items(session, now=MORNING, after=(second.position, second.id), limit=2) == expected[2:]
    assert mall.list_items(session, now=MORNING, after=(first.position, first.id), limit=1) == [second]


def test_a_sold_out_item_is_still_shown(session):
    make_item(session, stock=0)
    assert [item.sold_out for item in mall.list_items(session, now=MORNING, limit=10)] == [True]


def test_all_items_are_also_those_taken_off(session):
    items = [make_item(session, position=position) for position in (2, 1)]
    mall.take_off(session, items[0].id)
    assert mall.all_items(session) == items[::-1]


def test_orders_are_the_members_own_newest_first(session, exchange, member_id):
    orders = [exchange() for _ in range(3)]
    assert mall.orders(session, member_id, limit=2) == [orders[2], orders[1]]
    assert mall.orders(session, member_id, before_id=orders[1].id, limit=2) == [orders[0]]
    other = make_member(session).id
    assert mall.orders(session, other, limit=2) == []
    assert mall.get_order(session, member_id, orders[0].no) is orders[0]
    with pytest.raises(mall.OrderUnknown):
        mall.get_order(session, other, orders[0].no)


def test_what_a_member_can_still_pick_up_is_counted(session, exchange, member_id, store):
    cancelled, taken, waiting = exchange(), exchange(), exchange()
    assert mall.to_pick_up(session, member_id, now=MORNING) == 3
    mall.cancel(session, member_id, cancelled.no, now=MORNING)
    mall.pick_up(session, code=taken.pickup_code, store_id=store.id, now=MORNING)
    assert mall.to_pick_up(session, member_id, now=OVERDUE - timedelta(microseconds=1)) == 1
    assert mall.to_pick_up(session, member_id, now=waiting.pick_up_by) == 0
    assert mall.to_pick_up(session, make_member(session).id, now=MORNING) == 0


def test_only_placed_orders_past_their_time_are_due(session, exchange, member_id):
    later = exchange(at=MORNING + timedelta(days=1))
    first, second, cancelled = exchange(), exchange(), exchange()
    mall.cancel(session, member_id, cancelled.no, now=MORNING)
    assert mall.due_to_lapse(session, now=OVERDUE - timedelta(microseconds=1), limit=10) == []
    assert sorted(mall.due_to_lapse(session, now=OVERDUE, limit=10)) == [first.id, second.id]
    assert mall.due_to_lapse(session, now=OVERDUE + timedelta(days=1), limit=10)[-1] == later.id
    assert len(mall.due_to_lapse(session, now=OVERDUE, limit=1)) == 1


def test_what_is_due_is_found_by_index(session, exchange):
    for _ in range(5):
        exchange()
    session.flush()
    asked = "SELECT id FROM mall_orders WHERE status = 'placed' AND pick_up_by <= '2026-03-01' ORDER BY pick_up_by"
    plan = session.execute(text(("EXPLAIN " if is_mysql_family(session) else "EXPLAIN QUERY PLAN ") + asked)).one()
    assert "ix_mall_orders_status_pick_up_by" in " ".join(map(str, plan))


def test_only_what_cannot_come_back_any_more_is_due_to_be_completed(session, exchange, member_id, hand_over):
    over = bring_back_by(MORNING)
    received, asked, returned, later = (hand_over(exchange()) for _ in range(4))
    exchange()
    mall.ask_return(session, member_id, asked.no, now=MORNING)
    mall.take_back(session, returned.no, restock=True, now=MORNING)
    later.received_at = MORNING + timedelta(days=1)
    session.flush()
    assert mall.due_to_complete(session, now=over - timedelta(microseconds=1), limit=10) == []
    assert mall.due_to_complete(session, now=over, limit=10) == [received.id]
    assert mall.due_to_complete(session, now=over + timedelta(days=1), limit=10) == [received.id, later.id]


def test_what_is_left_is_counted_over_all_places_and_told_for_each(session, item, store):
    mall.adjust_stock(session, item.id, by=2, store_id=store.id)
    session.flush()
    assert mall.get_item(session, item.id, now=MORNING).stock == 7
    stocks = mall.stocks_of(session, item.id)
    assert (mall.left_for(stocks, store.id), mall.left_for(stocks, 404), mall.left_for({}, 404)) == (2, 5, 0)


def test_items_are_found_by_category_and_price(session):
    def put(title, points, category, position=0):
        offer = mall.Offer(title, points=points, category=category, position=position)
        return mall.add_item(session, offer, stock=1, now=MORNING)

    tea, cup, book = put("茶", 30, "食品", 2), put("杯", 90, "家居", 1), put("盘", 50, "家居", 3)
    put("旧", 1, "往季")
    mall.take_off(session, put("下架", 1, "下架").id)
    old = mall.add_item(session, mall.Offer("旧", points=1, category="往季", off_at=MORNING), stock=1, now=MORNING)

    def found(**wish):
        return mall.list_items(session, wish=mall.Wish(**wish), now=MORNING, limit=9)

    assert found(category="家居") == [cup, book]
    assert found(category="家居", most_points=50) == [book]
    assert old not in found()
    assert mall.categories(session, now=MORNING) == ["往季", "家居", "食品"]
    assert mall.related(session, cup, now=MORNING, limit=9) == [book]
    assert mall.related(session, tea, now=MORNING, limit=9) == []
