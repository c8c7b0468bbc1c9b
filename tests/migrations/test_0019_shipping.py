"""Old orders are picked up; on the way back what is sent becomes what the old shape can say (O1)."""

from random import Random

import pytest
import sqlalchemy as sa

from backend import mall, points
from backend.kit import migrations
from backend.kit.db import run
from tests.factories.addresses import make_address
from tests.factories.mall import give_points, make_item
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

STATES = "SELECT status, store_id IS NULL, pickup_code = no, received_at IS NULL FROM mall_orders ORDER BY id"


@pytest.fixture
def engine(movable):
    return movable


@pytest.fixture
def sessions(engine, clock):
    return make_runtime(engine, clock).sessions


def orders_of_each_way(session):
    """One to pick up, one to be sent, one on its way, and a parcel that came back."""
    member_id, item, store = make_member(session).id, make_item(session, ways="both"), make_store(session)
    give_points(session, member_id, 900)
    session.flush()
    to, wish, rng = make_address(session, member_id).id, {item.id: 1}, Random(1)
    mall.exchange(session, member_id, wish, store_id=store.id, rng=rng, now=MORNING)
    sent = [mall.exchange_to_ship(session, member_id, wish, address_id=to, rng=rng, now=MORNING) for _ in range(3)]
    for order in sent[1:]:
        mall.ship(session, order.no, carrier="顺丰速运", tracking_no="SF1", now=MORNING)
    mall.take_back(session, sent[2].no, restock=True, now=MORNING)
    return member_id, sent[0].id, item.id


def test_orders_go_both_ways(engine, sessions):
    member_id, waiting_id, item_id = run(sessions.write, orders_of_each_way)
    migrations.downgrade(engine, "0018")
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(sa.text(STATES))] == [
            ("placed", 0, 0, 1),
            ("placed", 0, 1, 1),
            ("received", 0, 1, 0),
            ("returned", 0, 1, 0),
        ]
    migrations.upgrade(engine)
    run(sessions.write, lambda session: mall.lapse_due(session, waiting_id, now=MORNING))
    with sessions.read() as session:
        found = mall.orders(session, member_id, limit=9)
        assert [(one.way, one.status) for one in found] == [
            ("pick-up", status) for status in ("returned", "received", "lapsed", "placed")
        ]
        assert mall.get_item(session, item_id, now=MORNING).ways == "pick-up"
        assert (mall.stock_faults(session), points.verify(session, [member_id])) == ([], [])
        assert points.summary(session, member_id, now=MORNING).held == 100
