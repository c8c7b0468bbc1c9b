import pytest

from backend import mall
from backend.kit.db import run
from tests.factories.mall import make_item
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime


def test_a_new_item_is_on_offer(session, item):
    assert mall.get_item(session, item.id) is item
    assert (item.status, item.stock, item.stocked, item.created_at) == ("on", 5, 5, MORNING)
    assert not item.sold_out


def test_stock_is_added_and_taken_out(session, item):
    mall.adjust_stock(session, item.id, by=3)
    mall.adjust_stock(session, item.id, by=-8)
    assert mall.get_item(session, item.id).stock == 0
    assert item.sold_out
    assert mall.stock_faults(session) == []


def test_no_more_is_taken_out_than_is_left(session, item):
    with pytest.raises(mall.StockTooLow):
        mall.adjust_stock(session, item.id, by=-6)
    assert mall.get_item(session, item.id).stock == 5


def test_what_is_taken_off_is_not_seen_until_it_is_put_on(session, item):
    mall.take_off(session, item.id)
    with pytest.raises(mall.ItemUnknown):
        mall.get_item(session, item.id)
    assert mall.list_items(session, limit=10) == []
    mall.put_on(session, item.id)
    assert mall.list_items(session, limit=10) == [item]


def test_there_is_nothing_to_do_to_an_unknown_item(session):
    make_item(session)
    for verb in (mall.take_off, mall.put_on):
        with pytest.raises(mall.ItemUnknown):
            verb(session, 404)
    with pytest.raises(mall.ItemUnknown):
        mall.adjust_stock(session, 404, by=1)


def test_an_offer_that_cannot_be_shown_is_refused(session):
    with pytest.raises(mall.OfferRefused) as refused:
        mall.add_item(session, mall.Offer("", points=10), stock=1, now=MORNING)
    assert "title" in refused.value.detail
    with pytest.raises(mall.OfferRefused):
        mall.add_item(session, mall.Offer("陶瓷杯", points=0), stock=1, now=MORNING)
    assert mall.all_items(session) == []


def test_no_more_is_stocked_than_can_be_counted(session, item):
    with pytest.raises(mall.OfferRefused):
        mall.adjust_stock(session, item.id, by=1_000_000_000)
    assert mall.get_item(session, item.id).stock == 5


def restock_in_the_rush(sessions, item_id):
    """The stock after eight restockings by one piece at the same moment."""
    race(8, lambda _: run(sessions.write, lambda session: mall.adjust_stock(session, item_id, by=1)))
    with sessions.read() as session:
        return mall.get_item(session, item_id).stock


def test_what_many_hands_restock_at_once_all_counts(mariadb, clock):
    sessions = make_runtime(mariadb, clock).sessions
    item_id = run(sessions.write, make_item).id
    with meeting(mariadb, "UPDATE mall_items", patience=1):
        assert restock_in_the_rush(sessions, item_id) == 5 + 8


def test_without_the_lock_the_same_restocking_is_lost(mariadb, clock):
    """The negative control."""
    sessions = make_runtime(mariadb, clock).sessions
    item_id = run(sessions.write, make_item).id
    with lockless(mariadb), meeting(mariadb, "UPDATE mall_items", patience=20):
        assert restock_in_the_rush(sessions, item_id) < 5 + 8
