"""Old orders and stocks are kept; on the way back the unsayable is settled and stocks agree (O1)."""

import pytest
import sqlalchemy as sa

from backend import mall, points
from backend.kit import migrations
from backend.kit.db import run
from tests.factories.mall import give_points, make_item
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

BEFORE = "0014"
AT = "2026-02-27 02:00:00.000000"
OLD_ORDER = (
    "INSERT INTO mall_orders (id, no, member_id, item_id, item_title, quantity, points, on_hold, store_id, status,"
    " pickup_code, placed_at, pick_up_by, closed_at) VALUES (:id, :no, :member, 1, '陶瓷杯', 2, 60, 0, 1, :status,"
    " :no, :at, '2026-03-14 16:00:00.000000', :closed)"
)
OLD_ITEM = (
    "INSERT INTO mall_items (id, title, subtitle, description, picture_url, points, stock, stocked, status, position,"
    " created_at) VALUES (1, '陶瓷杯', '', '', '', 30, 5, 9, 'on', 0, :at)"
)
OLD_STORE = "INSERT INTO stores (id, code, name, return_days, created_at) VALUES (1, 'SH01', '南京东路店', 7, :at)"


@pytest.fixture
def engine(movable):
    return movable


@pytest.fixture
def sessions(engine, clock):
    return make_runtime(engine, clock).sessions


def join(session):
    member_id = make_member(session).id
    give_points(session, member_id, 900)
    return member_id


def test_old_orders_and_stocks_are_kept(engine, sessions):
    member_id = run(sessions.write, join)
    migrations.downgrade(engine, BEFORE)
    with engine.begin() as connection:
        connection.execute(sa.text(OLD_ITEM), {"at": AT})
        connection.execute(sa.text(OLD_STORE), {"at": AT})
        for number, (status, closed) in enumerate([("placed", None), ("picked-up", AT), ("cancelled", AT)], start=1):
            told = {"id": number, "no": f"NO{number}", "member": member_id, "status": status, "closed": closed}
            connection.execute(sa.text(OLD_ORDER), told | {"at": AT})
    migrations.upgrade(engine)
    with sessions.read() as session:
        orders = mall.orders(session, member_id, limit=9)
        assert [(one.status, one.title, one.closed_at is None, one.received_at is None) for one in orders] == [
            ("cancelled", "陶瓷杯", False, True),
            ("received", "陶瓷杯", True, False),
            ("placed", "陶瓷杯", True, True),
        ]
        for one in orders:
            lines = [(line.no, line.item_id, line.quantity, line.points, line.stock_store_id) for line in one.lines]
            assert lines == [(1, 1, 2, 60, mall.CENTRAL)]
        assert (mall.get_item(session, 1, now=MORNING).stock, mall.stock_faults(session)) == (5, [])


def test_on_the_way_back_what_cannot_be_said_is_settled_and_stocks_agree(engine, sessions, rng):
    def live(session):
        member_id, store = join(session), make_store(session)
        cup, plate = make_item(session, title="陶瓷杯"), make_item(session, title="骨瓷盘")
        mall.adjust_stock(session, plate.id, by=4, store_id=store.id)
        session.flush()
        single, both = {cup.id: 1}, {cup.id: 1, plate.id: 2}
        orders = [
            mall.exchange(session, member_id, wishes, store_id=store.id, rng=rng, now=MORNING)
            for wishes in (single, both, single)
        ]
        for order in orders[1:]:
            mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
        mall.take_back(session, orders[2].no, restock=False, now=MORNING)
        waiting = mall.exchange(session, member_id, {plate.id: 1, cup.id: 1}, store_id=store.id, rng=rng, now=MORNING)
        mall.make_ready(session, orders[0].no, now=MORNING)
        return member_id, [waiting.id, *(order.id for order in orders)]

    member_id, ids = run(sessions.write, live)
    migrations.downgrade(engine, BEFORE)
    with engine.connect() as connection:
        said = dict(connection.execute(sa.text("SELECT id, status FROM mall_orders")).all())
        assert [said[order_id] for order_id in ids] == ["cancelled", "placed", "picked-up", "cancelled"]
        expected = (
            "SELECT COUNT(*) FROM mall_items WHERE stock <> stocked - (SELECT COALESCE(SUM(quantity), 0)"
            " FROM mall_orders WHERE item_id = mall_items.id AND status IN ('placed', 'picked-up'))"
        )
        assert connection.scalar(sa.text(expected)) == 0
    migrations.upgrade(engine)
    with sessions.read() as session:
        assert mall.stock_faults(session) == []
        assert points.verify(session, [member_id]) == []
