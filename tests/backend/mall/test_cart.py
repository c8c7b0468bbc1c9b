import pytest

from backend import mall
from backend.mall.cart import fill
from tests.factories.mall import PRICE, make_item
from tests.support.clocks import MORNING


def test_a_cart_keeps_its_order_and_knows_what_it_costs(session, member_id, item, store):
    plate = make_item(session, title="骨瓷盘", price=150)
    cart = fill(session, member_id, {plate.id: 1, item.id: 2}, store_id=store.id, now=MORNING)
    assert [(wanted.item.title, wanted.quantity, wanted.points) for wanted in cart] == [
        ("骨瓷盘", 1, 150),
        ("陶瓷杯", 2, 2 * PRICE),
    ]


def test_the_stores_own_stock_comes_before_the_houses_even_when_it_is_empty(session, member_id, item, store):
    mall.adjust_stock(session, item.id, by=1, store_id=store.id)
    session.flush()
    assert fill(session, member_id, {item.id: 1}, store_id=store.id, now=MORNING)[0].stock.store_id == store.id
    assert fill(session, member_id, {item.id: 5}, store_id=404, now=MORNING)[0].stock.store_id == mall.CENTRAL
    mall.adjust_stock(session, item.id, by=-1, store_id=store.id)
    session.flush()
    with pytest.raises(mall.SoldOut):
        fill(session, member_id, {item.id: 1}, store_id=store.id, now=MORNING)


@pytest.mark.parametrize("wishes", [{}, {1: 0}, {1: -1}, {1: mall.MOST_PIECES + 1}, dict.fromkeys(range(21), 1)])
def test_a_cart_of_nothing_or_of_too_much_is_refused(session, member_id, store, wishes):
    with pytest.raises(mall.CartRefused):
        fill(session, member_id, wishes, store_id=store.id, now=MORNING)


def test_what_is_not_on_offer_is_unknown(session, member_id, item, store):
    mall.take_off(session, item.id)
    with pytest.raises(mall.ItemUnknown):
        fill(session, member_id, {item.id: 1}, store_id=store.id, now=MORNING)


def test_one_look_is_enough_for_a_whole_cart(session, member_id, store, count_statements):
    wishes = {make_item(session).id: 1 for _ in range(5)}
    with count_statements(session) as said:
        fill(session, member_id, wishes, store_id=store.id, now=MORNING)
    assert len(said) == 1
