"""Items keep their texts, which are HTML from now on and plain again on the way back (O1)."""

import pytest
import sqlalchemy as sa

from backend import mall
from backend.kit import migrations
from backend.kit.db import run
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

WORDS = "直径 < 9 cm & 可微波"
OLD_ITEM = (
    "INSERT INTO mall_items (id, title, subtitle, description, picture_url, points, status, position, created_at)"
    " VALUES (1, '陶瓷杯', '', :words, '', 30, 'on', 0, '2026-02-27 02:00:00.000000')"
)
TEXTS = "SELECT id, description FROM mall_items ORDER BY id"


@pytest.fixture
def engine(blank):
    migrations.upgrade(blank, "0015")
    return blank


def test_texts_go_both_ways(engine, clock):
    with engine.begin() as connection:
        connection.execute(sa.text(OLD_ITEM), {"words": WORDS})
    migrations.upgrade(engine)
    sessions = make_runtime(engine, clock).sessions
    with sessions.read() as session:
        item = mall.get_item(session, 1, now=MORNING)
        assert (item.description, item.category, item.tier_points) == ("直径 &lt; 9 cm &amp; 可微波", "", {})
    long = mall.Offer("盘", points=1, description="釉" * 3000, category="家居", limit_pieces=1)
    item_id = run(sessions.write, lambda session: mall.add_item(session, long, stock=1, now=MORNING).id)
    migrations.downgrade(engine, "0015")
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(sa.text(TEXTS))] == [(1, WORDS), (item_id, "釉" * 2000)]
