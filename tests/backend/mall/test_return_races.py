"""The way back over HTTP and real connections, with negative controls that show the races are real."""

from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from backend import mall, points
from backend.app import create_app
from backend.kit.db import run
from backend.mall.rules import bring_back_by
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.statements import statements_on
from tests.support.till import open_till, store_of

GIFT = 100
TILLS = 8
TOO_LATE = bring_back_by(MORNING)
OVER = "mall.return-too-late"


@pytest.fixture
def shop(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    app = create_app(runtime)
    till = open_till(app)
    return SimpleNamespace(app=app, till=till, store_id=store_of(app, till), sessions=runtime.sessions)


def received(shop, rng):
    """An order of a member of its own, for the only piece of an item, that took all points and was handed over."""

    def hand_over(session):
        member_id, item = make_member(session).id, make_item(session, stock=1, price=GIFT)
        wishes = {item.id: 1}
        order = mall.exchange(session, member_id, wishes, store_id=shop.store_id, rng=rng, now=MORNING)
        return mall.pick_up(session, code=order.pickup_code, store_id=shop.store_id, now=MORNING)

    return run(shop.sessions.write, hand_over)


def ask(shop, order):
    return lambda: word(member_client(shop.app, order.member_id).post(f"/api/mp/v1/mall/orders/{order.no}/return"))


def bring_back(shop, order):
    return lambda: word(shop.till.post(f"/mall/orders/{order.no}/return", {"restock": True}))


def undo(shop, order):
    return lambda: word(shop.till.post(f"/mall/orders/{order.no}/pick-up/undo", {}))


def complete(shop, order):
    """What the job does that completes what cannot come back any more."""
    return lambda: run(shop.sessions.write, lambda session: mall.complete_due(session, order.id, now=TOO_LATE))


def word(reply):
    return reply.json.get("code", reply.json.get("status"))


def all_at_once(ways):
    return race(len(ways), lambda number: ways[number]())


def assert_points_and_goods_are_there_once(shop, order):
    """The order, which is with the member, or waits for it, or else has given its points and goods back."""
    with shop.sessions.read() as session:
        ended = mall.get_order(session, order.member_id, order.no)
        back = ended.status == "returned"
        assert mall.stocks_of(session, order.lines[0].item_id)[mall.CENTRAL].stock == (1 if back else 0)
        assert points.summary(session, order.member_id, now=MORNING).available == (GIFT if back else 0)
        assert mall.stock_faults(session) == []
        assert points.verify(session, [order.member_id]) == []
        return ended


def test_asking_bringing_back_and_completing_agree(shop, rng, deadlocks):
    orders = [received(shop, rng) for _ in range(4)]
    results = all_at_once([way(shop, order) for order in orders for way in (ask, bring_back, complete)])
    for at, order in enumerate(orders):
        asked, brought, _ = results[3 * at : 3 * at + 3]
        ended = assert_points_and_goods_are_there_once(shop, order)
        if ended.status == "completed":
            assert (asked, brought, ended.return_asked_at) == (OVER, OVER, None)
        else:
            assert (brought, ended.status) == ("returned", "returned")
            assert asked in {"received", "returned"}
    assert deadlocks == []


def test_who_asks_as_the_last_day_ends_may_bring_it_or_hears_that_it_is_too_late(shop, rng, deadlocks):
    orders = [received(shop, rng) for _ in range(6)]
    results = all_at_once([way(shop, order) for order in orders for way in (ask, complete)])
    for asked, order in zip(results[::2], orders, strict=True):
        ended = assert_points_and_goods_are_there_once(shop, order)
        assert (asked, ended.status, ended.return_asked_at) in {
            ("received", "received", MORNING),
            (OVER, "completed", None),
        }
    assert deadlocks == []


def test_without_locks_what_may_be_brought_back_is_completed(shop, mariadb, rng):
    """The negative control of the two above."""
    order = received(shop, rng)
    with lockless(mariadb), meeting(mariadb, "UPDATE mall_orders", patience=20):
        assert all_at_once([ask(shop, order), complete(shop, order)]) == ["received", None]
    with shop.sessions.read() as session:
        ended = mall.get_order(session, order.member_id, order.no)
        assert (ended.status, ended.return_asked_at) == ("completed", MORNING)


def test_a_hand_over_is_undone_brought_back_or_completed(shop, rng, deadlocks):
    orders = [received(shop, rng) for _ in range(4)]
    results = all_at_once([way(shop, order) for order in orders for way in (undo, bring_back, bring_back, complete)])
    gone = "mall.not-picked-up"
    expected = {
        "placed": ["placed", gone, gone, None],
        "returned": ["mall.order-returned", "returned", "returned", None],
        "completed": ["mall.undo-too-late", OVER, OVER, None],
    }
    for at, order in enumerate(orders):
        ended = assert_points_and_goods_are_there_once(shop, order)
        assert results[4 * at : 4 * at + 4] == expected[ended.status]
    assert deadlocks == []


def test_without_locks_a_hand_over_is_undone_and_completed_at_once(shop, mariadb, rng):
    """The negative control: only the net beneath the locks stops the second, with an error that nobody expects."""
    order = received(shop, rng)
    ways = (
        lambda session: mall.undo_pick_up(session, order.no, store_id=shop.store_id, now=MORNING),
        lambda session: mall.complete_due(session, order.id, now=TOO_LATE),
    )
    stopped = pytest.raises(OperationalError, match=r"closed_once|received_once")
    with lockless(mariadb), meeting(mariadb, "UPDATE mall_orders", patience=20), stopped:
        race(2, lambda number: run(shop.sessions.write, ways[number]))


def bring_back_at_many_tills(shop, engine, order, tills):
    """The replies, and how often the points were given back, be it that it was undone."""
    path, body = f"/mall/orders/{order.no}/return", {"restock": True}
    with statements_on(engine) as said:
        replies = race(tills, lambda _: shop.till.post(path, body))
    assert [reply.status_code for reply in replies] == [200] * tills
    assert len({reply.data for reply in replies}) == 1
    return sum(statement.startswith("INSERT INTO point_entries") for statement in said)


def test_one_order_at_many_tills_comes_back_once(shop, mariadb, rng, deadlocks):
    order = received(shop, rng)
    assert bring_back_at_many_tills(shop, mariadb, order, TILLS) == 1
    assert assert_points_and_goods_are_there_once(shop, order).status == "returned"
    assert deadlocks == []


def test_without_locks_two_tills_take_one_order_back(shop, mariadb, rng):
    """The negative control: only the keys of the ledger, the net beneath the locks, undo one of them."""
    order = received(shop, rng)
    with lockless(mariadb), meeting(mariadb, "UPDATE point_accounts", patience=20):
        assert bring_back_at_many_tills(shop, mariadb, order, 2) == 2
