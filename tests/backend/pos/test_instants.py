"""One call is judged by one instant (L17), though the clock goes on while it runs."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backend import points, tiers
from backend.app import create_app
from backend.purchases import Purchase, Refund
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.clocks import LATE
from tests.support.runtimes import make_runtime
from tests.support.till import open_till


class RestlessClock:
    """Passes local midnight between any two readings."""

    def __init__(self, start: datetime) -> None:
        self.readings = [start]

    def now(self) -> datetime:
        self.readings.append(self.readings[-1] + timedelta(seconds=59))
        return self.readings[-1]


def test_all_that_a_call_writes_bears_its_one_instant(engine):
    app = create_app(make_runtime(engine, RestlessClock(LATE)))
    sessions = app.extensions["runtime"].sessions
    with sessions.write.begin() as session:
        member = make_member(session)
    till = open_till(app)
    body = till_body(10_000, order_no="SO-1", member_id=str(member.id), paid_at="2026-03-01T23:59:00+08:00")
    body |= {"points_to_use": 100, "paid_fen": 9_900}
    assert till.post("/purchases", body).status_code == 201
    assert till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "amount_fen": 10_000}).status_code == 201
    with sessions.read() as session:
        sale, refund = session.scalars(select(Purchase)).one(), session.scalars(select(Refund)).one()
        moved = [entry.at for entry in points.entries(session, member.id, limit=4)]
        grown = [row.at for row in session.scalars(select(tiers.GrowthEntry).order_by(tiers.GrowthEntry.seq.desc()))]
    assert moved == [refund.refunded_at] * 2 + [sale.recorded_at] * 2
    assert grown == [refund.refunded_at, sale.recorded_at]
    assert sale.recorded_at < refund.refunded_at
