from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from backend import mall, points, stores
from backend.mall.rules import pick_up_by
from tests.factories.mall import PRICE, give_points
from tests.factories.members import make_member
from tests.support.clocks import MORNING

FUNDS = 1000  # the gift of joining and what the fixture gives
OVERDUE = pick_up_by(MORNING)
IN_TIME = OVERDUE - timedelta(microseconds=1)


@pytest.fixture
def exchange(session, member_id, item, store, rng):
    def exchange(quantity=1, *, by=None, item_id=None, at=MORNING):
        return mall.exchange(
            session,
            by or member_id,
            item_id=item_id or item.id,
            quantity=quantity,
            store_id=store.id,
            rng=rng,
            now=at,
        )

    return exchange


@pytest.fixture
def heard(session):
    facts = []
    kinds = (mall.ExchangeConfirmed, mall.ExchangeCancelled, mall.ExchangePickedUp)
    listeners = {kind: [lambda _, fact: facts.append(fact)] for kind in kinds}
    session.info["listeners"] = {**session.info["listeners"], **listeners}
    return facts


def stock(session, item):
    return mall.get_item(session, item.id).stock


def available(session, member_id, at=MORNING):
    return points.summary(session, member_id, now=at).available


def assert_consistent(session, member_id):
    session.flush()
    assert mall.stock_faults(session) == []
    assert points.verify(session, [member_id]) == []


def test_an_exchange_takes_points_and_stock(session, exchange, member_id, item, store, heard):
    order = exchange(2)
    assert (order.status, order.points, order.item_title, order.closed_at) == ("placed", 2 * PRICE, "陶瓷杯", None)
    assert (stock(session, item), available(session, member_id)) == (3, FUNDS - 2 * PRICE)
    assert heard == [
        mall.ExchangeConfirmed(
            member_id, order.no, "陶瓷杯", 2 * PRICE, order.pickup_code, "南京东路店", OVERDUE, at=MORNING
        )
    ]
    assert_consistent(session, member_id)


def test_points_wait_on_a_hold_and_are_spent_when_it_is_picked_up(session, exchange, member_id, store):
    order = exchange(2)
    waiting = points.summary(session, member_id, now=MORNING)
    assert (waiting.held, waiting.available) == (2 * PRICE, FUNDS - 2 * PRICE)
    assert points.balance_at(session, member_id, at=MORNING) == FUNDS
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=IN_TIME)
    spent = points.entry_of(session, member_id, points.Source("exchange", order.id))
    assert (spent.kind, spent.amount, spent.at) == ("spend", -2 * PRICE, IN_TIME)
    after = points.summary(session, member_id, now=IN_TIME)
    assert (after.held, after.available) == (0, FUNDS - 2 * PRICE)
    assert_consistent(session, member_id)


def test_an_order_that_is_given_up_leaves_no_line_on_the_statement(session, exchange, member_id):
    lines = len(points.entries(session, member_id, limit=10))
    order, late = exchange(), exchange()
    mall.cancel(session, member_id, order.no, now=MORNING)
    mall.lapse_due(session, late.id, now=OVERDUE)
    assert len(points.entries(session, member_id, limit=10)) == lines
    assert points.summary(session, member_id, now=OVERDUE).held == 0


def test_points_of_an_order_past_its_time_can_be_spent_before_any_job_has_run(session, exchange, member_id, item):
    order = exchange(5)
    mall.adjust_stock(session, item.id, by=5)
    everything = exchange(FUNDS // PRICE - 5, at=OVERDUE)
    assert everything.status == "placed"
    assert points.summary(session, member_id, now=OVERDUE).held == everything.points
    mall.lapse_due(session, order.id, now=OVERDUE)
    assert (order.status, stock(session, item)) == ("lapsed", 5)
    assert_consistent(session, member_id)


def test_a_till_whose_clock_is_behind_does_not_hand_over_what_has_come_free(session, exchange, member_id, store):
    order = exchange()
    points.lock(session, member_id, now=OVERDUE)
    with pytest.raises(mall.OrderLapsed):
        mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=IN_TIME)


def test_a_frozen_account_exchanges_and_picks_up_nothing_but_may_cancel(session, exchange, member_id, item, store):
    order = exchange()
    account = points.lock(session, member_id, now=MORNING)
    points.freeze(session, account, reason="looked into", now=MORNING)
    with pytest.raises(points.Frozen):
        exchange()
    with pytest.raises(points.Frozen):
        mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
    assert mall.cancel(session, member_id, order.no, now=MORNING).status == "cancelled"
    assert stock(session, item) == 5


@pytest.fixture
def paid_order(session, exchange, member_id):
    """An order from the time when exchanges spent their points at once."""
    order, account = exchange(2), points.lock(session, member_id, now=MORNING)
    source = points.Source("exchange", order.id)
    points.release(session, account, source=source, now=MORNING)
    points.spend(session, account, order.points, source=source, now=MORNING)
    order.on_hold = False
    session.flush()
    return order


def test_an_order_that_was_paid_when_placed_gives_its_points_back(session, paid_order, member_id, item):
    mall.cancel(session, member_id, paid_order.no, now=MORNING)
    back = points.entry_of(session, member_id, points.Source("exchange-cancel", paid_order.id))
    assert (back.kind, back.amount) == ("cancel", 2 * PRICE)
    assert (stock(session, item), available(session, member_id)) == (5, FUNDS)
    assert_consistent(session, member_id)


def test_an_order_that_was_paid_when_placed_is_picked_up_and_not_paid_again(session, paid_order, member_id, store):
    mall.pick_up(session, code=paid_order.pickup_code, store_id=store.id, now=MORNING)
    assert available(session, member_id) == FUNDS - 2 * PRICE
    assert_consistent(session, member_id)


def test_an_order_that_was_paid_when_placed_lapses_with_its_points_back(session, paid_order, member_id):
    mall.lapse_due(session, paid_order.id, now=OVERDUE)
    assert (paid_order.status, available(session, member_id, OVERDUE)) == ("lapsed", FUNDS)
    assert_consistent(session, member_id)


def test_numbers_are_long_enough_not_to_be_guessed(exchange):
    first, second = exchange(), exchange()
    assert first.no != second.no
    assert first.pickup_code != second.pickup_code
    assert len(first.no) == 12
    assert len(first.pickup_code) == 12
    assert first.pickup_code.isdigit()


def test_more_than_is_left_is_refused(session, exchange, member_id, item):
    with pytest.raises(mall.SoldOut):
        exchange(6)
    assert exchange(5).quantity == 5
    with pytest.raises(mall.SoldOut):
        exchange(1)
    assert stock(session, item) == 0


def test_more_points_than_there_are_is_refused(session, exchange, item):
    poor = make_member(session).id
    with pytest.raises(points.Insufficient):
        exchange(2, by=poor)


def test_unknown_items_and_stores_are_refused(session, exchange, member_id, item, rng):
    with pytest.raises(mall.ItemUnknown):
        exchange(item_id=404)
    mall.take_off(session, item.id)
    with pytest.raises(mall.ItemUnknown):
        exchange()
    mall.put_on(session, item.id)
    with pytest.raises(stores.StoreUnknown):
        mall.exchange(session, member_id, item_id=item.id, quantity=1, store_id=404, rng=rng, now=MORNING)
    assert session.scalar(select(func.count()).select_from(mall.Order)) == 0


def test_cancelling_gives_points_and_stock_back(session, exchange, member_id, item, heard):
    order = exchange(2)
    cancelled = mall.cancel(session, member_id, order.no, now=MORNING)
    assert (cancelled.status, cancelled.closed_at) == ("cancelled", MORNING)
    assert (stock(session, item), available(session, member_id)) == (5, FUNDS)
    assert heard[1:] == [mall.ExchangeCancelled(member_id, order.no, "陶瓷杯", 2 * PRICE, "cancelled", at=MORNING)]
    assert_consistent(session, member_id)


def test_cancelling_again_answers_the_same_and_gives_nothing_more(session, exchange, member_id, item, heard):
    order = exchange()
    mall.cancel(session, member_id, order.no, now=MORNING)
    again = mall.cancel(session, member_id, order.no, now=MORNING + timedelta(hours=1))
    assert (again.status, again.closed_at) == ("cancelled", MORNING)
    assert (stock(session, item), available(session, member_id), len(heard)) == (5, FUNDS, 2)


def test_cancelling_does_not_extend_an_expiry(session, exchange, item):
    hurried = make_member(session).id
    give_points(session, hurried, 200, expiry=points.Expiry("months", 1))
    order = exchange(3, by=hurried)  # 200 that end on 1 April, and 100 of the gift
    later = MORNING + timedelta(days=40)
    mall.cancel(session, hurried, order.no, now=later)
    assert available(session, hurried, later) == 100
    assert stock(session, item) == 5
    assert_consistent(session, hurried)


def test_another_members_order_is_unknown(session, exchange, member_id, item):
    order, other = exchange(), make_member(session).id
    with pytest.raises(mall.OrderUnknown):
        mall.cancel(session, other, order.no, now=MORNING)
    with pytest.raises(mall.OrderUnknown):
        mall.cancel(session, member_id, "NOSUCHORDER", now=MORNING)
    assert stock(session, item) == 4


def test_a_pick_up_works_once_and_a_repeat_is_answered_the_same(session, exchange, member_id, store, heard):
    order = exchange()
    for minutes in (0, 1, 2):
        at = MORNING + timedelta(minutes=minutes)
        picked_up = mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=at)
        assert (picked_up.no, picked_up.status, picked_up.closed_at) == (order.no, "picked-up", MORNING)
    assert heard[1:] == [mall.ExchangePickedUp(member_id, order.no, "陶瓷杯", store.id, at=MORNING)]
    after_the_term = mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=OVERDUE)
    assert after_the_term.closed_at == MORNING
    assert_consistent(session, member_id)


def test_repeats_of_several_pick_ups_may_come_in_any_order(session, exchange, item, store):
    codes = [exchange().pickup_code for _ in range(3)]
    order_of_calls = [codes[place] for place in (1, 0, 1, 2, 0, 2, 2, 1, 0)]
    answers = [mall.pick_up(session, code=code, store_id=store.id, now=MORNING).pickup_code for code in order_of_calls]
    assert answers == order_of_calls
    assert stock(session, item) == 2
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


def test_what_was_picked_up_cannot_be_cancelled(session, exchange, member_id, item, store):
    order = exchange()
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
    with pytest.raises(mall.AlreadyPickedUp):
        mall.cancel(session, member_id, order.no, now=MORNING)
    assert (stock(session, item), available(session, member_id)) == (4, FUNDS - PRICE)


def test_what_was_cancelled_cannot_be_picked_up(session, exchange, member_id, store):
    order = exchange()
    mall.cancel(session, member_id, order.no, now=MORNING)
    with pytest.raises(mall.OrderCancelled):
        mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)


def test_the_last_instant_to_pick_up(session, exchange, store):
    order, late = exchange(), exchange()
    assert mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=IN_TIME).status == "picked-up"
    with pytest.raises(mall.OrderLapsed):  # also before the job that lapses it has run
        mall.pick_up(session, code=late.pickup_code, store_id=store.id, now=OVERDUE)


def test_an_order_lapses_when_its_time_is_over(session, exchange, member_id, item, store, heard):
    order = exchange(2)
    mall.lapse_due(session, order.id, now=IN_TIME)
    assert order.status == "placed"
    for _ in range(2):
        mall.lapse_due(session, order.id, now=OVERDUE)
    assert (order.status, order.closed_at) == ("lapsed", OVERDUE)
    assert (stock(session, item), available(session, member_id, OVERDUE)) == (5, FUNDS)
    assert [fact.reason for fact in heard[1:]] == ["lapsed"]
    with pytest.raises(mall.OrderLapsed):
        mall.cancel(session, member_id, order.no, now=OVERDUE)
    with pytest.raises(mall.OrderLapsed):
        mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=OVERDUE)
    assert_consistent(session, member_id)


def test_what_was_picked_up_does_not_lapse(session, exchange, item, store):
    order = exchange()
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
    mall.lapse_due(session, order.id, now=OVERDUE)
    assert (order.status, stock(session, item)) == ("picked-up", 4)


def test_there_is_no_unknown_order_to_lapse(session):
    with pytest.raises(mall.OrderUnknown):
        mall.lapse_due(session, 404, now=OVERDUE)


def test_an_order_outlives_the_offer(session, exchange, member_id, item):
    order = exchange()
    mall.take_off(session, item.id)
    assert mall.cancel(session, member_id, order.no, now=MORNING).status == "cancelled"
    mall.put_on(session, item.id)
    assert stock(session, item) == 5


def test_stock_that_cannot_go_back_aborts_the_cancelling(session, exchange, member_id):
    order = exchange()
    session.execute(delete(mall.Item))
    with pytest.raises(LookupError):
        mall.cancel(session, member_id, order.no, now=MORNING)
