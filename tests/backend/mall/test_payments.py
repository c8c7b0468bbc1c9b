"""Money that is paid besides points: taken exactly, once, and handed back with the goods."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from backend import mall
from backend.kit.calendar import shop_day
from backend.mall.payments import Payment, due_fen
from tests.factories.mall import make_item
from tests.support.clocks import MORNING

MONEY = 1_250
TODAY = shop_day(MORNING)
NEXT_DAY = MORNING + timedelta(days=1)


@pytest.fixture
def order(session, exchange, item):
    """Two of what costs money, and one of what does not."""
    return exchange(wishes={make_item(session, money_fen=MONEY).id: 2, item.id: 1})


@pytest.fixture
def pick_up(session, store):
    def pick_up(order, paid_fen, at=MORNING):
        return mall.pick_up(session, code=order.pickup_code, store_id=store.id, paid_fen=paid_fen, now=at)

    return pick_up


@pytest.fixture
def takings(session, store):
    """What the store took and handed back, by day from the first."""

    def takings(days=1):
        found = mall.takings(session, since=TODAY, until=TODAY + timedelta(days=days))
        assert all(one.store_id == store.id for one in found)
        return [((one.on - TODAY).days, one.taken_fen, one.handed_back_fen) for one in found]

    return takings


def test_an_order_says_what_is_to_be_paid(session, order):
    assert (order.money_fen, [line.money_fen for line in order.lines]) == (2 * MONEY, [2 * MONEY, 0])
    assert due_fen(session, order) == 2 * MONEY


@pytest.mark.parametrize("paid_fen", [0, 2 * MONEY - 1, 2 * MONEY + 1])
def test_nothing_is_handed_over_for_any_other_amount(session, order, pick_up, takings, paid_fen):
    with pytest.raises(mall.MoneyDue) as due:
        pick_up(order, paid_fen)
    assert due.value.detail == "请先收款 ¥25.00，已收金额须与应收一致"
    assert (order.status, takings()) == ("placed", [])


def test_no_money_is_taken_for_what_costs_none(exchange, pick_up, takings):
    with pytest.raises(mall.MoneyDue):
        pick_up(exchange(), 1)
    assert takings() == []


def test_it_is_taken_once_whatever_is_repeated(session, order, pick_up, takings):
    for paid in (2 * MONEY, 2 * MONEY, 0):
        assert pick_up(order, paid).status == "received"
    assert (due_fen(session, order), takings()) == (0, [(0, 2 * MONEY, 0)])


def test_it_is_handed_back_with_the_goods_on_that_day(session, order, pick_up, takings):
    pick_up(order, 2 * MONEY)
    for _ in range(2):
        mall.take_back(session, order.no, restock=False, now=NEXT_DAY)
    assert takings(days=2) == [(0, 2 * MONEY, 0), (1, 0, 2 * MONEY)]
    assert takings(days=1) == [(0, 2 * MONEY, 0)]


def test_a_hand_over_by_mistake_hands_it_back_and_it_is_due_again(session, order, store, pick_up, takings):
    pick_up(order, 2 * MONEY)
    mall.undo_pick_up(session, order.no, store_id=store.id, now=MORNING)
    assert (due_fen(session, order), takings()) == (2 * MONEY, [(0, 2 * MONEY, 2 * MONEY)])
    pick_up(order, 2 * MONEY)
    assert (due_fen(session, order), takings()) == (0, [(0, 4 * MONEY, 2 * MONEY)])
    assert mall.payment_faults(session, limit=9) == []


def test_an_order_that_is_cancelled_was_never_paid(session, order, member_id, takings):
    mall.cancel(session, member_id, order.no, now=MORNING)
    assert (takings(), mall.payment_faults(session, limit=9)) == ([], [])


def test_goods_without_their_money_and_money_without_its_goods_are_found(session, order, exchange, pick_up):
    pick_up(order, 2 * MONEY)
    other = exchange(wishes={order.lines[0].item_id: 1})
    session.flush()
    session.execute(update(Payment).values(order_id=other.id))
    assert mall.payment_faults(session, limit=9) == [
        mall.PaymentFault(order.no, paid_fen=0, expected_fen=2 * MONEY),
        mall.PaymentFault(other.no, paid_fen=2 * MONEY, expected_fen=0),
    ]
    assert len(mall.payment_faults(session, limit=1)) == 1
