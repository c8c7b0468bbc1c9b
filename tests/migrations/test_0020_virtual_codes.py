"""Virtual items become services that are not offered, on the way back; what was ordered stays (O1)."""

import sqlalchemy as sa

from backend import mall
from backend.kit import migrations
from backend.kit.db import run
from tests.factories.mall import make_code_item, make_item
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def order_of_a_code(session, rng):
    member_id, store, card = make_member(session).id, make_store(session), make_code_item(session, ["A-1"])
    make_item(session, position=1)
    session.flush()
    return mall.exchange(session, member_id, {card.id: 1}, store_id=store.id, rng=rng, now=MORNING)


def test_there_and_back(movable, clock, rng):
    sessions = make_runtime(movable, clock).sessions
    placed = run(sessions.write, lambda session: order_of_a_code(session, rng))
    migrations.downgrade(movable, "0019")
    with movable.connect() as connection:
        kept = connection.execute(sa.text("SELECT kind, status FROM mall_items ORDER BY position, id")).all()
        assert [tuple(row) for row in kept] == [("service", "off"), ("goods", "on")]
    migrations.upgrade(movable)
    with sessions.read() as session:
        order = mall.get_order(session, placed.member_id, placed.no)
        assert (order.status, order.points, mall.stock_faults(session)) == ("completed", 100, [])
