"""Exchanges that were placed before holds stay paid; those that wait on a hold cannot be said in the old shape (O1)."""

import pytest
import sqlalchemy as sa

from backend import mall, points
from backend.kit import migrations
from backend.kit.db import run
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

AT = "2026-02-27 02:00:00.000000"
OLD = (
    "INSERT INTO stores (id, code, name, return_days, created_at) VALUES (1, 'SH01', '南京东路店', 7, :at)",
    (
        "INSERT INTO mall_items (id, title, subtitle, description, picture_url, points, stock, stocked, status,"
        " position, created_at) VALUES (1, '陶瓷杯', '', '', '', 60, 4, 5, 'on', 0, :at)"
    ),
    (
        "INSERT INTO mall_orders (id, no, member_id, item_id, item_title, quantity, points, store_id, status,"
        " pickup_code, placed_at, pick_up_by) VALUES (7, 'NO7', :member, 1, '陶瓷杯', 1, 60, 1, 'placed',"
        " '402913377580', :at, '2026-03-14 16:00:00.000000')"
    ),
)


@pytest.fixture
def engine(movable):
    return movable


def old_order(engine, runtime):
    """A member with an exchange as it was written when exchanges spent their points at once."""

    def join(session):
        member_id = make_member(session).id
        account = points.lock(session, member_id, now=MORNING)
        points.spend(session, account, 60, source=points.Source("exchange", 7), now=MORNING)
        return member_id

    member_id = run(runtime.sessions.write, join)
    migrations.downgrade(engine, "0008")
    with engine.begin() as connection:
        for statement in OLD:
            connection.execute(sa.text(statement), {"at": AT, "member": member_id})
    return member_id


def test_an_old_exchange_is_kept_and_gives_its_points_back(engine, clock):
    runtime = make_runtime(engine, clock)
    member_id = old_order(engine, runtime)
    migrations.upgrade(engine)
    with runtime.sessions.write.begin() as session:
        order = mall.get_order(session, member_id, "NO7")
        assert (order.on_hold, order.status, order.points) == (False, "placed", 60)
        assert mall.stock_faults(session) == []
        mall.cancel(session, member_id, "NO7", now=MORNING)
        session.flush()
        assert points.summary(session, member_id, now=MORNING).available == 100
        assert points.verify(session, [member_id]) == []


def test_on_the_way_back_what_waits_on_a_hold_is_cancelled_and_its_goods_go_back(engine, clock, rng):
    runtime = make_runtime(engine, clock)

    def place(session):
        member_id = make_member(session).id
        item, store = mall.add_item(session, mall.Offer("陶瓷杯", points=20), stock=5, now=MORNING), make_store(session)
        orders = [
            mall.exchange(session, member_id, {item.id: 2}, store_id=store.id, rng=rng, now=MORNING) for _ in range(2)
        ]
        mall.pick_up(session, code=orders[1].pickup_code, store_id=store.id, now=MORNING)

    run(runtime.sessions.write, place)
    migrations.downgrade(engine, "0008")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT stock FROM mall_items")) == 3
        said = connection.execute(sa.text("SELECT status, closed_at IS NULL FROM mall_orders ORDER BY id")).all()
    assert said == [("cancelled", 0), ("picked-up", 0)]
    migrations.upgrade(engine)
    with runtime.sessions.read() as session:
        assert mall.stock_faults(session) == []
