from datetime import timedelta

import pytest
from sqlalchemy import delete

from backend import mall, points
from backend.mall.rules import pick_up_by
from tests.factories.mall import PRICE, give_points
from tests.factories.members import make_member
from tests.support.clocks import MORNING

FUNDS = 1000  # the gift of joining and what the fixture gives
OVERDUE = pick_up_by(MORNING)
IN_TIME = OVERDUE - timedelta(microseconds=1)


def test_an_order_that_is_given_up_leaves_no_line_on_the_statement(session, exchange, member_id):
    lines = len(points.entries(session, member_id, limit=10))
    order, late = exchange(), exchange()
    mall.cancel(session, member_id, order.no, now=MORNING)
    mall.lapse_due(session, late.id, now=OVERDUE)
    assert len(points.entries(session, member_id, limit=10)) == lines
    assert points.summary(session, member_id, now=OVERDUE).held == 0


def test_an_order_that_was_paid_when_placed_gives_its_points_back(
    session, paid_order, member_id, item, stock, available, adds_up
):
    mall.cancel(session, member_id, paid_order.no, now=MORNING)
    back = points.entry_of(session, member_id, points.Source("exchange-cancel", paid_order.id))
    assert (back.kind, back.amount) == ("cancel", 2 * PRICE)
    assert (stock(item), available(member_id)) == (5, FUNDS)
    assert adds_up(member_id)


def test_an_order_that_was_paid_when_placed_lapses_with_its_points_back(
    session, paid_order, member_id, available, adds_up
):
    mall.lapse_due(session, paid_order.id, now=OVERDUE)
    assert (paid_order.status, available(member_id, OVERDUE)) == ("lapsed", FUNDS)
    assert adds_up(member_id)


def test_cancelling_gives_points_and_stock_back(session, exchange, member_id, item, heard, stock, available, adds_up):
    order = exchange(2)
    cancelled = mall.cancel(session, member_id, order.no, now=MORNING)
    assert (cancelled.status, cancelled.closed_at) == ("cancelled", MORNING)
    assert (stock(item), available(member_id)) == (5, FUNDS)
    told = mall.ExchangeCancelled(member_id, order.no, "陶瓷杯", 2 * PRICE, "cancelled", words="", at=MORNING)
    assert heard[1:] == [told]
    assert adds_up(member_id)


def test_cancelling_again_answers_the_same_and_gives_nothing_more(
    session, exchange, member_id, item, heard, stock, available
):
    order = exchange()
    mall.cancel(session, member_id, order.no, now=MORNING)
    again = mall.cancel(session, member_id, order.no, now=MORNING + timedelta(hours=1))
    assert (again.status, again.closed_at) == ("cancelled", MORNING)
    assert (stock(item), available(member_id), len(heard)) == (5, FUNDS, 2)


def test_cancelling_does_not_extend_an_expiry(session, exchange, item, stock, available, adds_up):
    hurried = make_member(session).id
    give_points(session, hurried, 200, expiry=points.Expiry("months", 1))
    order = exchange(3, by=hurried)  # 200 that end on 1 April, and 100 of the gift
    later = MORNING + timedelta(days=40)
    mall.cancel(session, hurried, order.no, now=later)
    assert available(hurried, later) == 100
    assert stock(item) == 5
    assert adds_up(hurried)


def test_another_members_order_is_unknown(session, exchange, member_id, item, stock):
    order, other = exchange(), make_member(session).id
    with pytest.raises(mall.OrderUnknown):
        mall.cancel(session, other, order.no, now=MORNING)
    with pytest.raises(mall.OrderUnknown):
        mall.cancel(session, member_id, "NOSUCHORDER", now=MORNING)
    assert stock(item) == 4


def test_what_was_picked_up_cannot_be_cancelled(session, exchange, member_id, item, store, stock, available):
    order = exchange()
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
    with pytest.raises(mall.AlreadyPickedUp):
        mall.cancel(session, member_id, order.no, now=MORNING)
    assert (stock(item), available(member_id)) == (4, FUNDS - PRICE)


def test_an_order_lapses_when_its_time_is_over(
    session, exchange, member_id, item, store, heard, stock, available, adds_up
):
    order = exchange(2)
    mall.lapse_due(session, order.id, now=IN_TIME)
    assert order.status == "placed"
    for _ in range(2):
        mall.lapse_due(session, order.id, now=OVERDUE)
    assert (order.status, order.closed_at) == ("lapsed", OVERDUE)
    assert (stock(item), available(member_id, OVERDUE)) == (5, FUNDS)
    assert [fact.reason for fact in heard[1:]] == ["lapsed"]
    with pytest.raises(mall.OrderLapsed):
        mall.cancel(session, member_id, order.no, now=OVERDUE)
    with pytest.raises(mall.OrderLapsed):
        mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=OVERDUE)
    assert adds_up(member_id)


def test_what_was_picked_up_does_not_lapse(session, exchange, item, store, stock):
    order = exchange()
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
    mall.lapse_due(session, order.id, now=OVERDUE)
    assert (order.status, stock(item)) == ("received", 4)


def test_there_is_no_unknown_order_to_lapse(session):
    with pytest.raises(mall.OrderUnknown):
        mall.lapse_due(session, 404, now=OVERDUE)


def test_an_order_outlives_the_offer(session, exchange, member_id, item, stock):
    order = exchange()
    mall.take_off(session, item.id)
    assert mall.cancel(session, member_id, order.no, now=MORNING).status == "cancelled"
    mall.put_on(session, item.id)
    assert stock(item) == 5


def test_stock_that_cannot_go_back_aborts_the_cancelling(session, exchange, member_id):
    order = exchange()
    session.execute(delete(mall.Stock))
    with pytest.raises(LookupError):
        mall.cancel(session, member_id, order.no, now=MORNING)


def test_a_refused_order_gives_all_back_and_says_why(
    session, exchange, member_id, item, heard, stock, available, adds_up
):
    order = exchange(2)
    for at in (MORNING, IN_TIME):
        refused = mall.refuse(session, order.no, reason=" 商品破损 ", now=at)
        assert (refused.status, refused.closed_at, refused.reason) == ("refused", MORNING, "商品破损")
    assert (stock(item), available(member_id)) == (5, FUNDS)
    assert [(fact.reason, fact.words) for fact in heard[1:]] == [("refused", "商品破损")]
    with pytest.raises(mall.OrderRefused):
        mall.cancel(session, member_id, order.no, now=MORNING)
    assert adds_up(member_id)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "一\n二"])
def test_a_refusal_without_a_reason_that_can_be_read_changes_nothing(session, exchange, reason):
    order = exchange()
    with pytest.raises(mall.ReasonRefused):
        mall.refuse(session, order.no, reason=reason, now=MORNING)
    assert order.status == "placed"


def test_what_is_prepared_or_ready_can_still_be_cancelled_and_lapses(session, exchange, member_id, item, stock):
    prepared, ready = exchange(), exchange()
    mall.prepare(session, prepared.no, now=MORNING)
    mall.make_ready(session, ready.no, now=MORNING)
    assert mall.cancel(session, member_id, prepared.no, now=MORNING).status == "cancelled"
    mall.lapse_due(session, ready.id, now=OVERDUE)
    assert (ready.status, stock(item)) == ("lapsed", 5)


def test_pieces_go_back_where_they_were_taken_from(session, exchange, member_id, item, store, stock):
    mall.adjust_stock(session, item.id, by=3, store_id=store.id)
    session.flush()
    order = exchange(2)
    assert (stock(item), stock(item, store.id)) == (5, 1)
    mall.cancel(session, member_id, order.no, now=MORNING)
    assert (stock(item), stock(item, store.id)) == (5, 3)
