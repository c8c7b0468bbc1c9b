"""Sales and refunds from before keep their numbers and are returned by their own rates (O1)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import points, purchases, tiers
from backend.kit import migrations
from backend.kit.calendar import day_end
from backend.kit.db import run
from backend.purchases import RefundRequest
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

GIFT = 100
AT = "2026-02-27 02:00:00.000000"
OLD = (
    "INSERT INTO stores (id, code, name, created_at) VALUES (1, 'SH01', '南京东路店', :at)",
    (
        "INSERT INTO purchases (id, store_id, order_no, member_id, paid_at, paid_on, total_fen, paid_fen, refunded_fen,"
        " fingerprint, per_yuan, multiplier, points_earned, growth_earned, tier_code, balance_after, recorded_at)"
        " VALUES (7, 1, 'SO-7', :member, :at, '2026-02-27', 30000, 25000, 5000, :digest, 10000, 15000, 375, 250,"
        " 'gold', 475, :at)"
    ),
    (
        "INSERT INTO purchase_lines (purchase_id, line_no, sku, name, category, brand, qty, amount_fen, paid_fen,"
        " refunded_fen, points) VALUES (7, 1, 'A', '围巾', NULL, NULL, 1, 18000, 15000, 5000, 225),"
        " (7, 2, 'B', '手套', NULL, NULL, 1, 12000, 10000, 0, 150)"
    ),
    (
        "INSERT INTO refunds (id, purchase_id, refund_no, member_id, amount_fen, fingerprint, points_taken,"
        " growth_taken, debt, tier_code, balance_after, refunded_at)"
        " VALUES (8, 7, 'R1', :member, 5000, :digest, 75, 50, 0, 'basic', 400, :at)"
    ),
    "INSERT INTO refund_lines (refund_id, line_no, purchase_id, amount_fen) VALUES (8, 1, 7, 5000)",
)


@pytest.fixture
def engine(movable):
    return movable


def old_sale(engine, runtime):
    """A member with a sale of 250 yuan by a rate of 1.5, of which 50 came back, as it was written then."""

    def live(session):
        member_id = make_member(session).id
        account = points.lock(session, member_id, now=MORNING)
        why, back = points.Source("purchase", 7), points.Source("refund", 8)
        points.credit(session, account, 375, source=why, now=MORNING)
        day = MORNING.date()
        tiers.count_purchase(session, account, spent_fen=25_000, counts_on=day, source=why, now=MORNING)
        points.take_back(session, account, 75, source=back, of=[why], now=MORNING)
        tiers.count_refund(session, account, spent_fen=5_000, purchases=0, of=why, source=back, now=MORNING)
        return member_id

    member_id = run(runtime.sessions.write, live)
    migrations.downgrade(engine, "0005")
    with engine.begin() as connection:
        for statement in OLD:
            connection.execute(sa.text(statement), {"at": AT, "member": member_id, "digest": b"f" * 32})
    return member_id


def test_an_old_sale_keeps_its_numbers_and_is_returned_by_its_own_rates(engine, clock):
    runtime = make_runtime(engine, clock)
    member_id = old_sale(engine, runtime)
    migrations.upgrade(engine)
    with runtime.sessions.write.begin() as session:
        found = purchases.detail(session, store_id=1, order_no="SO-7")
        bought, first = found.purchase, found.refunds[0].refund
        assert (bought.value_fen, bought.points_used, bought.points_fen, bought.settles_at) == (25_000, 0, 0, None)
        assert [(line.value_fen, line.refunded_fen, line.counter) for line in found.lines] == [
            (15_000, 5_000, None),
            (10_000, 0, None),
        ]
        assert (first.money_fen, first.points_returned, first.points_taken) == (5_000, 0, 75)
        parts = [
            purchases.refund(session, request, store_id=1, order_no="SO-7", now=MORNING).refund
            for request in (RefundRequest("R2", amount_fen=67), RefundRequest("R3", amount_fen=19_933))
        ]
        assert [(part.money_fen, part.points_taken, part.growth_taken) for part in parts] == [
            (67, 2, 1),
            (19_933, 298, 199),
        ]
        session.flush()  # what was done is read back
        assert points.summary(session, member_id, now=MORNING).available == GIFT
        assert tiers.standing(session, member_id, now=MORNING).growth == 0
        assert points.verify(session, [member_id]) == []
        new = make_purchase(session, 10_000, store_id=1, member_id=member_id)
        assert new.settles_at == day_end(MORNING.date() + timedelta(days=7))  # a store that was there got a week


def test_the_way_back_keeps_what_the_old_shape_can_say(engine, clock):
    runtime = make_runtime(engine, clock)
    with runtime.sessions.write.begin() as session:
        member, store = make_member(session), make_store(session)
        parts = {"store_id": store.id, "member_id": member.id}
        bought = make_purchase(session, 1_000, paid_fen=900, points_to_use=100, **parts)
        request = RefundRequest("R1", amount_fen=1_000)
        purchases.refund(session, request, store_id=store.id, order_no=bought.order_no, now=MORNING)
    migrations.downgrade(engine, "0005")
    with engine.connect() as connection:
        said = "SELECT total_fen, paid_fen, refunded_fen, points_earned, per_yuan FROM purchases"
        assert connection.execute(sa.text(said)).all() == [(1_000, 900, 900, 9, 10_000)]
        assert connection.execute(sa.text("SELECT paid_fen, refunded_fen FROM purchase_lines")).all() == [(900, 900)]
        assert connection.execute(sa.text("SELECT amount_fen FROM refunds")).all() == [(1_000,)]
    migrations.upgrade(engine)
    with runtime.sessions.read() as session:
        found = session.scalars(sa.select(purchases.Purchase)).one()
        assert (found.value_fen, found.refunded_fen, found.points_used) == (900, 900, 0)
