"""What is to be sent, over real connections, with negative controls that show the races are real."""

from datetime import timedelta

import pytest

from backend import mall, points
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.mall.rules import received_by
from tests.factories.addresses import make_address
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

GIFT = 100
PARCEL = {"carrier": "顺丰速运", "tracking_no": "SF1"}
ARRIVED = received_by(MORNING)
SOONER = ARRIVED - timedelta(hours=1)


def placed(sessions, rng):
    """An order of a member of its own, for the only piece of an item, that took all points."""

    def place(session):
        item, member_id = make_item(session, stock=1, price=GIFT, ways="shipping"), make_member(session).id
        to = make_address(session, member_id).id
        return mall.exchange_to_ship(session, member_id, {item.id: 1}, address_id=to, rng=rng, now=MORNING)

    return run(sessions.write, place)


def shipped(sessions, rng):
    order = placed(sessions, rng)
    run(sessions.write, lambda session: mall.ship(session, order.no, now=MORNING, **PARCEL))
    return order


def try_to(sessions, verb):
    try:
        return run(sessions.write, verb)
    except DomainError as refusal:
        return refusal.code


def state(sessions, order):
    """The order, the points of its member and what is left of its item; the books are whole."""
    with sessions.read() as session:
        assert mall.stock_faults(session) == []
        assert points.verify(session, [order.member_id]) == []
        seen, (line,) = points.summary(session, order.member_id, now=MORNING), order.lines
        left = mall.stocks_of(session, line.item_id)[mall.CENTRAL].stock
        return mall.get_order(session, order.member_id, order.no), seen.available + seen.held, left


def ship_and_cancel(order):
    return (
        lambda s: mall.ship(s, order.no, now=MORNING, **PARCEL).status,
        lambda s: mall.cancel(s, order.member_id, order.no, now=MORNING).status,
    )


def receive_and_be_received(order):
    return (
        lambda s: mall.receive(s, order.member_id, order.no, now=SOONER).status,
        lambda s: mall.receive_due(s, order.id, now=ARRIVED),
        lambda s: mall.take_back(s, order.no, restock=True, now=SOONER).status,
    )


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


@pytest.fixture(scope="module")
def unguarded(mariadb_engine):
    checks = ("closed_once", "shipped_once", "received_once")
    weakened = [f"ALTER TABLE mall_orders DROP CONSTRAINT ck_mall_orders_{check}" for check in checks]
    with unguarded_database(*weakened) as engine:
        yield engine


def test_an_order_is_shipped_or_cancelled_and_points_and_goods_agree(sessions, rng):
    orders = [placed(sessions, rng) for _ in range(4)]
    ways = [way for order in orders for way in ship_and_cancel(order) * 2]
    results = race(16, lambda number: try_to(sessions, ways[number]))
    for at, order in enumerate(orders):
        ended, money, left = state(sessions, order)
        expected = {
            "shipped": (["shipped", "mall.already-shipped"], 0, 0),
            "cancelled": (["mall.order-cancelled", "cancelled"], GIFT, 1),
        }
        assert (results[4 * at : 4 * at + 2], money, left) == expected[ended.status]
        assert results[4 * at + 2 : 4 * at + 4] == results[4 * at : 4 * at + 2]


def test_without_locks_an_order_is_shipped_and_cancelled_at_once(unguarded, clock, rng):
    """The negative control."""
    sessions = make_runtime(unguarded, clock).sessions
    ways = ship_and_cancel(placed(sessions, rng))
    with meeting(unguarded, "UPDATE point_accounts", patience=20):
        assert race(2, lambda number: run(sessions.write, ways[number])) == ["shipped", "cancelled"]


def test_received_by_hand_by_itself_and_taken_back_agree(sessions, rng):
    orders = [shipped(sessions, rng) for _ in range(4)]
    ways = [way for order in orders for way in receive_and_be_received(order)]
    results = race(12, lambda number: try_to(sessions, ways[number]))
    for at, order in enumerate(orders):
        ended, money, left = state(sessions, order)
        assert (ended.status, money, left) == ("returned", GIFT, 1)  # received or not, it could come back
        assert results[3 * at] in {"received", "mall.order-returned"}
        assert results[3 * at + 1 : 3 * at + 3] == [None, "returned"]
        assert ended.received_at in {SOONER, ARRIVED, None}


def test_received_by_hand_and_by_itself_is_received_once(sessions, rng):
    order = shipped(sessions, rng)
    by_hand, by_itself, _ = receive_and_be_received(order)

    def act(number):
        run(sessions.write, (by_hand, by_itself)[number % 2])
        with sessions.read() as session:
            return mall.get_order(session, order.member_id, order.no).received_at

    assert len(set(race(8, act))) == 1


def test_without_locks_what_was_received_by_hand_is_received_by_itself_once_more(unguarded, clock, rng):
    """The negative control: both find it on its way."""
    sessions = make_runtime(unguarded, clock).sessions
    order = shipped(sessions, rng)
    changed = []

    def act(number):
        def work(session):
            before = session.get(mall.Order, order.id).status
            receive_and_be_received(order)[number](session)
            changed.append((before, session.get(mall.Order, order.id).received_at))

        run(sessions.write, work)

    with meeting(unguarded, "UPDATE mall_orders", patience=20):
        race(2, act)
    assert {at for _, at in changed} == {SOONER, ARRIVED}
    assert [before for before, _ in changed] == ["shipped", "shipped"]
