from datetime import timedelta

import pytest

from backend import mall, points, stores
from backend.mall.rules import bring_back_by, pick_up_by
from tests.factories.mall import PRICE
from tests.support.clocks import MORNING

FUNDS = 1000  # the gift of joining and what the fixture gives
OVERDUE = pick_up_by(MORNING)
IN_TIME = OVERDUE - timedelta(microseconds=1)


def test_points_wait_on_a_hold_and_are_spent_when_it_is_picked_up(session, exchange, member_id, store, adds_up):
    order = exchange(2)
    waiting = points.summary(session, member_id, now=MORNING)
    assert (waiting.held, waiting.available) == (2 * PRICE, FUNDS - 2 * PRICE)
    assert points.balance_at(session, member_id, at=MORNING) == FUNDS
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=IN_TIME)
    spent = points.entry_of(session, member_id, points.Source("exchange", order.id))
    assert (spent.kind, spent.amount, spent.at) == ("spend", -2 * PRICE, IN_TIME)
    after = points.summary(session, member_id, now=IN_TIME)
    assert (after.held, after.available) == (0, FUNDS - 2 * PRICE)
    assert adds_up(member_id)


def test_a_till_whose_clock_is_behind_does_not_hand_over_what_has_come_free(session, exchange, member_id, store):
    order = exchange()
    points.lock(session, member_id, now=OVERDUE)
    with pytest.raises(mall.OrderLapsed):
        mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=IN_TIME)


def test_a_frozen_account_exchanges_and_picks_up_nothing_but_may_cancel(
    session, exchange, member_id, item, store, stock
):
    order = exchange()
    account = points.lock(session, member_id, now=MORNING)
    points.freeze(session, account, reason="looked into", now=MORNING)
    with pytest.raises(points.Frozen):
        exchange()
    with pytest.raises(points.Frozen):
        mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
    assert mall.cancel(session, member_id, order.no, now=MORNING).status == "cancelled"
    assert stock(item) == 5


def test_an_order_that_was_paid_when_placed_is_picked_up_and_not_paid_again(
    session, paid_order, member_id, store, available, adds_up
):
    mall.pick_up(session, code=paid_order.pickup_code, store_id=store.id, now=MORNING)
    assert available(member_id) == FUNDS - 2 * PRICE
    assert adds_up(member_id)


def test_a_pick_up_works_once_and_a_repeat_is_answered_the_same(session, exchange, member_id, store, heard, adds_up):
    order = exchange()
    for minutes in (0, 1, 2):
        at = MORNING + timedelta(minutes=minutes)
        picked_up = mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=at)
        assert (picked_up.no, picked_up.status, picked_up.received_at) == (order.no, "received", MORNING)
    assert heard[1:] == [mall.ExchangePickedUp(member_id, order.no, "陶瓷杯", store.id, at=MORNING)]
    after_the_term = mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=OVERDUE)
    assert after_the_term.received_at == MORNING
    assert adds_up(member_id)


def test_repeats_of_several_pick_ups_may_come_in_any_order(session, exchange, item, store, stock):
    codes = [exchange().pickup_code for _ in range(3)]
    order_of_calls = [codes[place] for place in (1, 0, 1, 2, 0, 2, 2, 1, 0)]
    answers = [mall.pick_up(session, code=code, store_id=store.id, now=MORNING).pickup_code for code in order_of_calls]
    assert answers == order_of_calls
    assert stock(item) == 2
    assert mall.stock_faults(session) == []


def test_unknown_and_foreign_codes_get_the_same_answer(session, exchange, store):
    code = exchange().pickup_code
    elsewhere = stores.create_store(session, code="SH02", name="徐家汇店", now=MORNING)
    session.flush()
    refusals = []
    for asked, store_id in ((code, elsewhere.id), ("000000000000", store.id)):
        with pytest.raises(mall.OrderUnknown) as refusal:
            mall.pick_up(session, code=asked, store_id=store_id, now=MORNING)
        refusals.append((refusal.value.code, refusal.value.detail))
    assert refusals[0] == refusals[1]


def test_what_was_cancelled_cannot_be_picked_up(session, exchange, member_id, store):
    order = exchange()
    mall.cancel(session, member_id, order.no, now=MORNING)
    with pytest.raises(mall.OrderCancelled):
        mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)


def test_the_last_instant_to_pick_up(session, exchange, store):
    order, late = exchange(), exchange()
    assert mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=IN_TIME).status == "received"
    with pytest.raises(mall.OrderLapsed):  # also before the job that lapses it has run
        mall.pick_up(session, code=late.pickup_code, store_id=store.id, now=OVERDUE)


def test_an_order_is_prepared_and_ready_and_the_member_is_told_once(session, exchange, member_id, heard):
    order, later = exchange(), MORNING + timedelta(days=2)
    assert mall.prepare(session, order.no, now=later).status == "prepared"
    assert mall.prepare(session, order.no, now=later).status == "prepared"
    for _ in range(2):
        assert mall.make_ready(session, order.no, now=later).status == "ready"
    assert mall.prepare(session, order.no, now=later).status == "ready"
    until = pick_up_by(later)
    assert heard[1:] == [
        mall.ExchangeReady(member_id, order.no, "陶瓷杯", order.pickup_code, "南京东路店", until, at=later)
    ]


def test_who_was_made_to_wait_has_the_full_days_from_when_it_is_ready(session, exchange, member_id, hand_over, adds_up):
    order, later = exchange(), MORNING + timedelta(days=5)
    mall.make_ready(session, order.no, now=later)
    until = order.pick_up_by
    assert until == pick_up_by(later) > OVERDUE
    assert points.summary(session, member_id, now=OVERDUE).held == PRICE
    mall.lapse_due(session, order.id, now=OVERDUE)
    assert hand_over(order, until - timedelta(microseconds=1)).status == "received"
    assert adds_up(member_id)


def test_what_is_overdue_is_not_made_ready(session, exchange):
    order = exchange()
    for verb in (mall.prepare, mall.make_ready):
        with pytest.raises(mall.OrderLapsed):
            verb(session, order.no, now=OVERDUE)


def test_a_till_whose_clock_is_behind_does_not_make_ready_what_has_come_free(session, exchange, member_id):
    order = exchange()
    points.lock(session, member_id, now=OVERDUE)
    with pytest.raises(mall.OrderLapsed):
        mall.make_ready(session, order.no, now=IN_TIME)


def test_a_hand_over_by_mistake_is_undone_and_the_order_waits_as_before(
    session, exchange, member_id, item, store, hand_over, stock, available, adds_up
):
    order = exchange(2)
    for turn in (1, 2):
        hand_over(order)
        for _ in range(2):
            undone = mall.undo_pick_up(session, order.no, store_id=store.id, now=MORNING)
            assert (undone.status, undone.received_at, undone.undone) == ("placed", None, turn)
    assert points.summary(session, member_id, now=MORNING).held == 2 * PRICE
    assert hand_over(order).status == "received"
    assert (stock(item), available(member_id)) == (3, FUNDS - 2 * PRICE)
    assert points.balance_at(session, member_id, at=MORNING) == FUNDS - 2 * PRICE
    assert adds_up(member_id)


def test_what_was_undone_can_be_cancelled(session, exchange, member_id, item, store, hand_over, stock, available):
    order = exchange()
    hand_over(order)
    mall.undo_pick_up(session, order.no, store_id=store.id, now=MORNING)
    assert mall.cancel(session, member_id, order.no, now=MORNING).status == "cancelled"
    assert (stock(item), available(member_id)) == (5, FUNDS)


def test_only_todays_hand_over_at_the_own_store_is_undone(session, exchange, store, hand_over):
    waiting, order = exchange(), exchange()
    with pytest.raises(mall.NotPickedUp):
        mall.undo_pick_up(session, waiting.no, store_id=store.id, now=MORNING)
    hand_over(order)
    with pytest.raises(mall.OrderUnknown):
        mall.undo_pick_up(session, order.no, store_id=404, now=MORNING)
    with pytest.raises(mall.UndoTooLate):
        mall.undo_pick_up(session, order.no, store_id=store.id, now=MORNING + timedelta(days=1))
    assert order.status == "received"


def test_what_cannot_come_back_any_more_is_completed(session, exchange, hand_over, heard):
    order, last = exchange(), bring_back_by(MORNING)
    mall.complete_due(session, order.id, now=last)
    hand_over(order)
    mall.complete_due(session, order.id, now=last - timedelta(microseconds=1))
    assert (order.status, order.bring_back_by) == ("received", last)
    for at in (last, last + timedelta(days=1)):
        mall.complete_due(session, order.id, now=at)
        assert (order.status, order.closed_at) == ("completed", last)
    assert [type(fact) for fact in heard[2:]] == [mall.ExchangeCompleted]
    assert hand_over(order, last).status == "completed"
