import pytest

from backend import mall
from tests.factories.mall import make_item
from tests.support.clocks import MORNING


def test_a_new_item_is_on_offer(session, item):
    assert mall.get_item(session, item.id) is item
    assert (item.status, item.stock, item.created_at) == ("on", 5, MORNING)
    assert not item.sold_out


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


def test_an_offer_that_cannot_be_shown_is_refused(session):
    with pytest.raises(mall.OfferRefused) as refused:
        mall.add_item(session, mall.Offer("", points=10), stock=1, now=MORNING)
    assert "title" in refused.value.detail
    with pytest.raises(mall.OfferRefused):
        mall.add_item(session, mall.Offer("陶瓷杯", points=0), stock=1, now=MORNING)
    assert mall.all_items(session) == []
