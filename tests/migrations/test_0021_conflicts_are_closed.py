"""Conflicts of offline tills are open, in their order, on the way up; on the way back their decisions are gone (O1)."""

from datetime import timedelta

import sqlalchemy as sa

from backend import coupons
from backend.kit import migrations
from tests.factories.conflicts import make_conflict
from tests.factories.coupons import WRITER
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

OLD = "SELECT ref, reason FROM coupon_redemption_conflicts ORDER BY reported_at"
WHY = {"note": "店长确认", "by": WRITER, "now": MORNING}


def test_there_and_back(movable, clock):
    sessions = make_runtime(movable, clock).sessions
    with sessions.write.begin() as session:
        for hour, ref in ((2, "K-2"), (0, "K-0"), (1, "K-1")):
            make_conflict(session, ref=ref, now=MORNING + timedelta(hours=hour))
        for found in coupons.conflicts(session, limit=2):
            coupons.close_conflict(session, found.id, "mistaken", **WHY)
    migrations.downgrade(movable, "0020")
    with movable.connect() as connection:
        told = [tuple(row) for row in connection.execute(sa.text(OLD))]
        assert told == [(f"K-{number}", "coupons.used") for number in range(3)]
    migrations.upgrade(movable)
    with sessions.write.begin() as session:
        found = coupons.conflicts(session, limit=9)
        assert [one.ref for one in found] == ["K-2", "K-1", "K-0"]
        coupons.close_conflict(session, found[0].id, "store-bears", **WHY)
        new = make_conflict(session, ref="K-3")
        assert [one.ref for one in coupons.conflicts(session, limit=9)] == ["K-3", "K-1", "K-0"]
        assert new.id > found[0].id
