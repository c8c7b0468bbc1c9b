"""Money at several counters at once: taken once for what is handed over, with a negative control."""

import pytest
from sqlalchemy import select

from backend import mall, points, stores
from backend.kit.db import run
from backend.mall.payments import Payment
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.till import open_till, store_of
from tests.support.unguarded import unguarded_database

MONEY = 1_250
TAPS = 6


@pytest.fixture(params=["mariadb"])
def engine(request):
    return request.getfixturevalue("mariadb")


def placed(session, shop_id, rng):
    member_id, item = make_member(session).id, make_item(session, money_fen=MONEY)
    session.flush()
    return mall.exchange(session, member_id, {item.id: 1}, store_id=shop_id, rng=rng, now=MORNING)


def money(session):
    """How many payments there are, and what of them stands, in fen."""
    payments = session.scalars(select(Payment)).all()
    return len(payments), sum(one.amount_fen for one in payments if one.refunded_at is None)


def test_counters_that_ask_at_once_take_the_money_once(app, sessions, rng, deadlocks):
    first = open_till(app)
    order = run(sessions.write, lambda session: placed(session, store_of(app, first), rng))
    body = {"code": order.pickup_code, "paid_fen": MONEY}
    replies = race(TAPS, lambda _: first.post("/mall/orders/pick-up", body))
    assert {reply.status_code for reply in replies} == {200}
    with sessions.read() as session:
        assert money(session) == (1, MONEY)
        assert mall.payment_faults(session, limit=9) == []
    assert deadlocks == []


def test_money_is_taken_for_what_is_handed_over_and_not_for_what_is_cancelled(app, sessions, rng, deadlocks):
    till = open_till(app)
    orders = [run(sessions.write, lambda session: placed(session, store_of(app, till), rng)) for _ in range(4)]
    phones = [member_client(app, order.member_id) for order in orders]

    def act(number):
        order, phone = orders[number // 2], phones[number // 2]
        if number % 2:
            return phone.post(f"/api/mp/v1/mall/orders/{order.no}/cancel").status_code
        return till.post("/mall/orders/pick-up", {"code": order.pickup_code, "paid_fen": MONEY}).status_code

    ends = race(2 * len(orders), act)
    handed_over = ends[::2].count(200)
    assert [ends[place] + ends[place + 1] for place in range(0, len(ends), 2)] == [200 + 409] * len(orders)
    with sessions.read() as session:
        assert money(session) == (handed_over, handed_over * MONEY)
        assert (mall.payment_faults(session, limit=9), mall.stock_faults(session)) == ([], [])
        assert points.verify(session, [order.member_id for order in orders]) == []
    assert deadlocks == []


def test_without_locks_money_is_taken_for_what_is_cancelled_at_the_same_moment(mariadb_engine, clock):
    """The negative control."""
    guards = [f"mall_orders DROP CONSTRAINT ck_mall_orders_{name}" for name in ("closed_once", "received_once")]
    guards.append("mall_payments DROP FOREIGN KEY fk_mall_payments_order_id")  # whose check locks the order
    with unguarded_database(*(f"ALTER TABLE {guard}" for guard in guards)) as engine:
        runtime = make_runtime(engine, clock)

        def prepare(session):
            store = stores.create_store(session, code="SH01", name="南京东路店", now=MORNING)
            session.flush()
            return placed(session, store.id, runtime.rng)

        order = run(runtime.sessions.write, prepare)
        ways = (
            lambda s: mall.pick_up(s, code=order.pickup_code, store_id=order.store_id, paid_fen=MONEY, now=MORNING),
            lambda s: mall.cancel(s, order.member_id, order.no, now=MORNING),
        )
        with meeting(engine, "UPDATE point_accounts", patience=20):
            race(2, lambda number: run(runtime.sessions.write, ways[number]))
        with runtime.sessions.read() as session:
            assert money(session) == (1, MONEY)
            assert stock_went_back(session)


def stock_went_back(session):
    return session.scalar(select(mall.Stock.stock)) == 5
