from datetime import timedelta

import pytest

from backend import mall, points
from backend.mall.rules import bring_back_by
from tests.factories.mall import PRICE, give_points
from tests.factories.members import make_member
from tests.support.clocks import MORNING

FUNDS = 1000
TOO_LATE = bring_back_by(MORNING)
IN_TIME = TOO_LATE - timedelta(microseconds=1)


@pytest.fixture
def received(exchange, hand_over):
    return hand_over(exchange(2))


def test_what_comes_back_gives_its_points_back(session, received, member_id, item, heard, stock, available, adds_up):
    for at in (IN_TIME, TOO_LATE):
        back = mall.take_back(session, received.no, restock=True, now=at)
        assert (back.status, back.closed_at, back.written_off) == ("returned", IN_TIME, False)
    assert (stock(item), available(member_id)) == (5, FUNDS)
    entry = points.entry_of(session, member_id, points.Source("exchange-return", received.id))
    assert (entry.kind, entry.amount) == ("cancel", 2 * PRICE)
    assert [fact.reason for fact in heard] == ["returned"]
    assert adds_up(member_id)


def test_what_is_not_fit_for_the_stock_is_written_off(session, received, member_id, item, stock, available, adds_up):
    mall.take_back(session, received.no, restock=False, now=MORNING)
    assert (stock(item), available(member_id), received.written_off) == (3, FUNDS, True)
    assert adds_up(member_id)


def test_a_return_extends_no_expiry(session, exchange, hand_over, available, adds_up):
    hurried = make_member(session).id
    give_points(session, hurried, 200, expiry=points.Expiry("months", 1))
    order = exchange(3, by=hurried)  # 200 that end on 1 April, and 100 of the gift
    end = MORNING + timedelta(days=29)
    mall.make_ready(session, order.no, now=MORNING + timedelta(days=13))
    hand_over(order, MORNING + timedelta(days=26))
    mall.take_back(session, order.no, restock=True, now=end + timedelta(days=3))
    assert available(hurried, end + timedelta(days=3)) == 100
    assert adds_up(hurried)


def test_the_last_instant_to_bring_it_back(session, received):
    with pytest.raises(mall.ReturnTooLate):
        mall.take_back(session, received.no, restock=True, now=TOO_LATE)
    assert mall.take_back(session, received.no, restock=True, now=IN_TIME).status == "returned"


def test_who_asked_in_time_may_bring_it_later(session, received, member_id):
    for at in (IN_TIME, TOO_LATE):
        assert mall.ask_return(session, member_id, received.no, now=at).return_asked_at == IN_TIME
    mall.complete_due(session, received.id, now=TOO_LATE)
    assert mall.take_back(session, received.no, restock=True, now=TOO_LATE).status == "returned"
    assert mall.ask_return(session, member_id, received.no, now=TOO_LATE).status == "returned"


def test_asking_alone_moves_nothing(session, received, member_id, available):
    mall.ask_return(session, member_id, received.no, now=MORNING)
    assert (received.status, available(member_id)) == ("received", FUNDS - 2 * PRICE)


def test_a_wish_that_is_declined_can_be_told_why(session, received, member_id):
    mall.ask_return(session, member_id, received.no, now=MORNING)
    declined = mall.decline_return(session, received.no, reason="已拆封", now=MORNING)
    assert (declined.status, declined.return_asked_at, declined.reason) == ("received", None, "已拆封")
    mall.complete_due(session, received.id, now=TOO_LATE)
    with pytest.raises(mall.ReturnTooLate):
        mall.decline_return(session, received.no, reason="已拆封", now=TOO_LATE)


def test_a_member_is_told_of_each_wish_that_is_declined_and_once(session, received, member_id, heard):
    for hour in (1, 2):
        at = MORNING + timedelta(hours=hour)
        mall.ask_return(session, member_id, received.no, now=at)
        mall.decline_return(session, received.no, reason=" 已拆封 ", now=at)
        mall.decline_return(session, received.no, reason="已拆封使用", now=at)
        assert heard.pop() == mall.ReturnDeclined(member_id, received.no, "陶瓷杯", "已拆封", at)
    assert (received.reason, heard) == ("已拆封使用", [])


def test_what_was_not_handed_over_cannot_come_back(session, exchange, member_id):
    waiting, cancelled = exchange(), exchange()
    mall.cancel(session, member_id, cancelled.no, now=MORNING)
    for order, refusal in ((waiting, mall.NotPickedUp), (cancelled, mall.OrderCancelled)):
        with pytest.raises(refusal):
            mall.take_back(session, order.no, restock=True, now=MORNING)
        with pytest.raises(refusal):
            mall.ask_return(session, member_id, order.no, now=MORNING)


def test_a_store_takes_back_only_what_it_handed_over(session, received, store):
    with pytest.raises(mall.OrderUnknown):
        mall.take_back(session, received.no, restock=True, store_id=404, now=MORNING)
    assert mall.take_back(session, received.no, restock=True, store_id=store.id, now=MORNING).status == "returned"


def test_what_was_returned_is_neither_picked_up_nor_cancelled(session, received, member_id, hand_over):
    mall.take_back(session, received.no, restock=True, now=MORNING)
    with pytest.raises(mall.OrderReturned):
        hand_over(received)
    with pytest.raises(mall.OrderReturned):
        mall.cancel(session, member_id, received.no, now=MORNING)


def test_an_order_that_was_paid_when_placed_comes_back(session, paid_order, member_id, hand_over, available, adds_up):
    hand_over(paid_order)
    mall.take_back(session, paid_order.no, restock=True, now=MORNING)
    assert available(member_id) == FUNDS
    assert adds_up(member_id)
