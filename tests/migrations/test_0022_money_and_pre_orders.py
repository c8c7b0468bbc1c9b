"""A pre-order is one for its deposit alone, on the way back; what points were set aside for goes on (O1)."""

import sqlalchemy as sa

from backend import mall, points
from backend.kit import migrations
from backend.kit.db import run
from tests.factories.mall import BEGINS, make_item, make_pre_order
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def orders(session, rng):
    """One ordered ahead, one paid and handed over, of one member."""
    member_id, store = make_member(session).id, make_store(session)
    ahead, dear = make_pre_order(session, deposit=10, price=20), make_item(session, price=30, money_fen=500)
    session.flush()
    made = [
        mall.exchange(session, member_id, {item.id: 2}, store_id=store.id, rng=rng, now=MORNING)
        for item in (ahead, dear)
    ]
    mall.pick_up(session, code=made[1].pickup_code, store_id=store.id, paid_fen=1000, now=MORNING)
    return member_id, store.id, made


def test_there_and_back(movable, clock, rng):
    sessions = make_runtime(movable, clock).sessions
    member_id, store_id, (waiting, received) = run(sessions.write, lambda session: orders(session, rng))
    migrations.downgrade(movable, "0021")
    with movable.connect() as connection:
        assert connection.execute(sa.text("SELECT points FROM mall_orders ORDER BY id")).scalars().all() == [20, 60]
        assert connection.execute(sa.text("SELECT DISTINCT status FROM mall_items")).scalars().all() == ["off"]
    migrations.upgrade(movable)

    def go_on(session):
        picked_up = mall.pick_up(session, code=waiting.pickup_code, store_id=store_id, now=BEGINS)
        mall.take_back(session, received.no, restock=True, now=MORNING)
        return picked_up.points

    assert run(sessions.write, go_on) == 20
    with sessions.read() as session:
        assert (mall.stock_faults(session), mall.payment_faults(session, limit=9)) == ([], [])
        assert points.verify(session, [member_id]) == []
        assert points.summary(session, member_id, now=BEGINS).available == 80
