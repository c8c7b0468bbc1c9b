"""Items and what was ordered of them are goods; what only the new shape knows is not offered in the old one (O1)."""

import pytest
import sqlalchemy as sa

from backend import mall
from backend.kit import migrations
from backend.kit.db import run
from tests.factories.coupons import make_template
from tests.factories.mall import give_points, make_coupon_item, make_item
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

BEFORE = "0017"


@pytest.fixture
def engine(movable):
    return movable


def order_of_both(session, rng):
    member_id, store = make_member(session).id, make_store(session)
    give_points(session, member_id, 900)
    items = make_item(session), make_coupon_item(session, make_template(session).code, position=1)
    wishes = {item.id: 1 for item in items}
    session.flush()
    return mall.exchange(session, member_id, wishes, store_id=store.id, rng=rng, now=MORNING)


def test_what_there_was_is_goods_and_offered_as_before(engine, clock, rng):
    sessions = make_runtime(engine, clock).sessions
    placed = run(sessions.write, lambda session: order_of_both(session, rng))
    migrations.downgrade(engine, BEFORE)
    with engine.connect() as connection:
        statuses = connection.execute(sa.text("SELECT status FROM mall_items ORDER BY position")).scalars().all()
        assert statuses == ["on", "off"]
    migrations.upgrade(engine)
    with sessions.read() as session:
        order = mall.get_order(session, placed.member_id, placed.no)
        assert [(line.kind, line.delivered_at, line.coupon_ids) for line in order.lines] == [("goods", None, [])] * 2
        assert [line.points for line in order.lines] == [100, 100]
        (item,) = mall.list_items(session, now=MORNING, limit=9)
        assert (item.kind, item.coupon_template, item.stock) == ("goods", None, 4)
        assert mall.stock_faults(session) == []
