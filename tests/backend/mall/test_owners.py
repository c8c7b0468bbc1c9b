from datetime import timedelta

import pytest

from backend import mall, members, points
from backend.members import MembershipClosed, MembershipEnding, MembersMerged, MembersMerging
from tests.factories.addresses import make_address
from tests.factories.coupons import make_template
from tests.factories.mall import PRICE, make_coupon_item, make_item
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING


@pytest.fixture
def place(session, rng):
    """Place an order of a member for one piece."""
    store, item = make_store(session), make_item(session, price=PRICE // 4, stock=9)
    session.flush()

    def order(member_id):
        made = mall.exchange(session, member_id, {item.id: 1}, store_id=store.id, rng=rng, now=MORNING)
        session.flush()
        return made

    return order


@pytest.fixture
def send(session, rng):
    """Place an order of a member for one piece that is to be sent, and ship it if told to."""
    item = make_item(session, price=PRICE // 4, stock=9, ways="shipping")
    session.flush()

    def order(member_id, *, ships):
        to = make_address(session, member_id).id
        made = mall.exchange_to_ship(session, member_id, {item.id: 1}, address_id=to, rng=rng, now=MORNING)
        if ships:
            mall.ship(session, made.no, carrier="顺丰速运", tracking_no="SF1", now=MORNING)
        session.flush()
        return made

    return order


@pytest.mark.parametrize("ships", [False, True])
def test_what_is_to_be_sent_or_on_its_way_stands_in_the_way_of_a_merge(session, send, ships):
    gone, into = make_member(session), make_member(session)
    order = send(gone.id, ships=ships)
    with pytest.raises(mall.OrdersWaiting):
        mall.end_overdue(session, MembersMerging(gone.id, into.id, MORNING + timedelta(days=365)))
    if not ships:
        return
    mall.receive(session, gone.id, order.no, now=MORNING)
    session.flush()
    mall.end_overdue(session, MembersMerging(gone.id, into.id, MORNING))
    mall.move_orders(session, MembersMerged(gone.id, into.id, MORNING))
    session.expire_all()
    assert (order.status, order.member_id) == ("completed", into.id)
    assert mall.delivery_of(session, order).recipient == "王小红"


def test_who_leaves_keeps_what_is_on_its_way_and_their_address_is_forgotten(session, send):
    leaver, other = make_member(session), make_member(session)
    waiting, shipped, foreign = send(leaver.id, ships=False), send(leaver.id, ships=True), send(other.id, ships=True)
    mall.cancel_waiting(session, MembershipEnding(leaver.id, MORNING))
    mall.erase_addresses(session, MembershipClosed(leaver.id, MORNING))
    session.flush()
    session.expire_all()
    assert [one.status for one in (waiting, shipped, foreign)] == ["cancelled", "completed", "shipped"]
    assert [mall.delivery_of(session, one) is None for one in (waiting, shipped, foreign)] == [True, True, False]
    assert (shipped.received_at, points.summary(session, leaver.id, now=MORNING).available) == (MORNING, 75)
    assert mall.stock_faults(session) == []


def test_orders_pass_to_the_survivor(session, place):
    gone, into = make_member(session), make_member(session)
    order, own = place(gone.id), place(into.id)
    mall.move_orders(session, MembersMerged(gone.id, into.id, MORNING))
    session.flush()
    assert {one.no for one in mall.orders(session, into.id, limit=9)} == {order.no, own.no}
    assert mall.orders(session, gone.id, limit=9) == []


def test_what_nobody_picked_up_in_time_ends_before_a_merge(session, place):
    gone, into = make_member(session), make_member(session)
    order = place(gone.id)
    mall.end_overdue(session, MembersMerging(gone.id, into.id, order.pick_up_by))
    session.flush()
    session.expire_all()
    assert (order.status, mall.get_item(session, order.lines[0].item_id, now=MORNING).stock) == ("lapsed", 9)
    assert points.summary(session, gone.id, now=order.pick_up_by).available == 100
    assert mall.stock_faults(session) == []


def test_what_still_waits_stands_in_the_way_of_a_merge(session, place):
    gone, into = make_member(session), make_member(session)
    order = place(gone.id)
    place(into.id)
    with pytest.raises(mall.OrdersWaiting):
        mall.end_overdue(session, MembersMerging(gone.id, into.id, order.pick_up_by - timedelta(microseconds=1)))
    mall.end_overdue(session, MembersMerging(into.id + 1, gone.id, MORNING))
    assert order.status == "placed"


def test_what_waits_is_cancelled_and_what_ended_stays(session, place):
    leaver, other = make_member(session), make_member(session)
    taken, waiting, undone, foreign = place(leaver.id), place(leaver.id), place(leaver.id), place(other.id)
    mall.pick_up(session, code=taken.pickup_code, store_id=taken.store_id, now=MORNING)
    mall.cancel(session, leaver.id, undone.no, now=MORNING)
    session.flush()
    mall.cancel_waiting(session, MembershipEnding(leaver.id, MORNING))
    session.flush()
    session.expire_all()
    assert [one.status for one in (taken, waiting, undone, foreign)] == [
        "completed",
        "cancelled",
        "cancelled",
        "placed",
    ]
    assert points.summary(session, leaver.id, now=MORNING).available == 100 - PRICE // 4
    assert mall.get_item(session, waiting.lines[0].item_id, now=MORNING).stock == 9 - 2
    assert mall.stock_faults(session) == []
    assert members.active(leaver) is leaver


def test_what_was_picked_up_is_completed_before_a_merge_and_a_return_that_was_asked_for_stands_in_its_way(
    session, place
):
    gone, into = make_member(session), make_member(session)
    kept, asked = place(gone.id), place(gone.id)
    for order in (kept, asked):
        mall.pick_up(session, code=order.pickup_code, store_id=order.store_id, now=MORNING)
    mall.ask_return(session, gone.id, asked.no, now=MORNING)
    session.flush()
    merging = MembersMerging(gone.id, into.id, MORNING)
    with pytest.raises(mall.OrdersWaiting):
        mall.end_overdue(session, merging)
    mall.take_back(session, asked.no, restock=True, now=MORNING)
    session.flush()
    mall.end_overdue(session, merging)
    assert (kept.status, asked.status) == ("completed", "returned")
    assert mall.stock_faults(session) == []


def test_who_leaves_keeps_nothing_waiting_of_a_mixed_order(session, rng):
    leaver, store = make_member(session), make_store(session)
    cup, ticket = make_item(session, price=40), make_coupon_item(session, make_template(session).code, price=60)
    session.flush()
    wishes = {cup.id: 1, ticket.id: 1}
    order = mall.exchange(session, leaver.id, wishes, store_id=store.id, rng=rng, now=MORNING)
    session.flush()
    mall.cancel_waiting(session, MembershipEnding(leaver.id, MORNING))
    session.flush()
    assert order.status == "cancelled"
    assert [mall.get_item(session, one.id, now=MORNING).stock for one in (cup, ticket)] == [5, 4]
    assert points.summary(session, leaver.id, now=MORNING).available == 40
    assert mall.stock_faults(session) == []
