import pytest
from sqlalchemy import update

from backend import mall, stores
from backend.kit.db import run
from backend.mall.models import OrderLine
from backend.mall.stock import put_back, take
from tests.factories.mall import make_item
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime


def line(item_id, quantity=1, store_id=mall.CENTRAL):
    return OrderLine(order_id=1, item_id=item_id, quantity=quantity, stock_store_id=store_id)


def test_stocks_are_locked_in_one_order_whatever_the_cart(session, count_statements):
    items = [make_item(session) for _ in range(3)]
    with count_statements(session) as said:
        take(session, [line(item.id) for item in (items[2], items[0], items[1])])
    assert len(said) == 3
    seen = []
    for verb, by in ((take, 4), (put_back, 5)):
        verb(session, [line(item.id, by) for item in reversed(items)])
        seen.append([mall.stocks_of(session, item.id)[mall.CENTRAL].stock for item in items])
    assert seen == [[0] * 3, [5] * 3]


@pytest.mark.parametrize("change", [{"stock": 0}, {"stocked": 0, "stock": 0}])
def test_an_update_that_hits_no_row_aborts(session, item, change):
    session.execute(update(mall.Stock).values(**change))
    with pytest.raises(mall.SoldOut):
        take(session, [line(item.id)])


def test_what_was_taken_off_meanwhile_is_not_taken(session, item):
    mall.take_off(session, item.id)
    session.flush()
    with pytest.raises(mall.SoldOut):
        take(session, [line(item.id)])
    with pytest.raises(LookupError):
        put_back(session, [line(404)])


def test_a_store_is_given_stock_of_its_own(session, item, store):
    mall.adjust_stock(session, item.id, by=2, store_id=store.id, low_at=1)
    session.flush()
    mall.adjust_stock(session, item.id, by=1, store_id=store.id)
    session.flush()
    own = mall.stocks_of(session, item.id)[store.id]
    assert (own.stock, own.stocked, own.low_at) == (3, 3, 1)
    for wrong, refusal in (((404, store.id), mall.ItemUnknown), ((item.id, 404), stores.StoreUnknown)):
        with pytest.raises(refusal):
            mall.adjust_stock(session, wrong[0], by=1, store_id=wrong[1])


def test_written_off_goods_stay_out_of_the_stock(session, exchange, hand_over, item):
    order = hand_over(exchange())
    mall.take_back(session, order.no, restock=False, now=MORNING)
    session.flush()
    assert mall.stock_faults(session) == []
    order.written_off = False
    session.flush()
    assert mall.stock_faults(session) == [mall.StockFault(item.id, mall.CENTRAL, stock=4, expected=5)]


def test_stock_that_disagrees_with_its_orders_is_found(session, exchange, item):
    exchange()
    assert mall.stock_faults(session) == []
    session.execute(update(mall.Stock).values(stock=mall.Stock.stock - 1))
    assert mall.stock_faults(session) == [mall.StockFault(item.id, mall.CENTRAL, stock=3, expected=4)]


def test_stock_is_added_and_taken_out(session, item):
    mall.adjust_stock(session, item.id, by=3)
    mall.adjust_stock(session, item.id, by=-8)
    session.flush()
    assert mall.get_item(session, item.id, now=MORNING).sold_out
    assert mall.stock_faults(session) == []


def test_no_more_is_taken_out_than_is_left(session, item):
    with pytest.raises(mall.StockTooLow):
        mall.adjust_stock(session, item.id, by=-6)
    assert mall.get_item(session, item.id, now=MORNING).stock == 5


def test_no_more_is_stocked_than_can_be_counted(session, item):
    with pytest.raises(mall.OfferRefused):
        mall.adjust_stock(session, item.id, by=1_000_000_000)
    assert mall.get_item(session, item.id, now=MORNING).stock == 5


def restock_in_the_rush(sessions, item_id):
    """The stock after eight restockings by one piece at the same moment."""
    race(8, lambda _: run(sessions.write, lambda session: mall.adjust_stock(session, item_id, by=1)))
    with sessions.read() as session:
        return mall.get_item(session, item_id, now=MORNING).stock


def test_what_many_hands_restock_at_once_all_counts(mariadb, clock):
    sessions = make_runtime(mariadb, clock).sessions
    item_id = run(sessions.write, make_item).id
    with meeting(mariadb, "UPDATE mall_stocks", patience=1):
        assert restock_in_the_rush(sessions, item_id) == 5 + 8


def test_without_the_lock_the_same_restocking_is_lost(mariadb, clock):
    """The negative control."""
    sessions = make_runtime(mariadb, clock).sessions
    item_id = run(sessions.write, make_item).id
    with lockless(mariadb), meeting(mariadb, "UPDATE mall_stocks", patience=20):
        assert restock_in_the_rush(sessions, item_id) < 5 + 8
