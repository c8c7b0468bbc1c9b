"""Sales are kept with what was paid for them; what coupons took off, and goods that came back for nothing, the old
shape cannot say (O1).
"""

import pytest
import sqlalchemy as sa

from backend import coupons, purchases
from backend.kit import migrations
from backend.kit.db import run
from backend.purchases import RefundRequest, ReturnedLine
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

BEFORE = "0010"
OFF = {"worth": {"kind": "cash-off", "off_fen": 2_000}, "scope": {"goods": {"skus": ["SKU-1"]}}}


@pytest.fixture
def engine(movable):
    return movable


@pytest.fixture
def sessions(engine, clock):
    return make_runtime(engine, clock).sessions


def refund(session, store_id, order_no, refund_no, *lines):
    request = RefundRequest(refund_no, lines=tuple(map(ReturnedLine, lines)))
    return purchases.refund(session, request, store_id=store_id, order_no=order_no, now=MORNING).refund


def sell(session):
    """Two bills with a coupon, the first lines of which came back: the coupon had paid the second of them in whole."""
    member, store, kind = make_member(session), make_store(session), make_template(session, **OFF)
    for number, amounts in enumerate(((6_000, 4_000), (2_000, 3_000))):
        codes, total = frozenset([make_coupon(session, member, template=kind).code]), sum(amounts)
        parts = {"member_id": member.id, "coupon_codes": codes, "total_fen": total, "paid_fen": total - 2_000}
        made = make_purchase(session, *amounts, store_id=store.id, order_no=f"SO-{number}", **parts)
        refund(session, store.id, made.order_no, f"R-{number}", 1)
    return store.id


def test_there_and_back(engine, sessions):
    store_id = run(sessions.write, sell)
    migrations.downgrade(engine, BEFORE)
    with engine.connect() as connection:
        sales = connection.execute(sa.text("SELECT total_fen, paid_fen, refunded_fen FROM purchases ORDER BY id")).all()
        assert [tuple(row) for row in sales] == [(10_000, 8_000, 4_000), (5_000, 3_000, 0)]
        refunds = connection.execute(sa.text("SELECT refund_no, amount_fen FROM refunds")).all()
        assert [tuple(row) for row in refunds] == [("R-0", 4_000)]
        used = connection.execute(sa.text("SELECT discount_fen, settlement_fen FROM coupon_redemptions")).all()
        assert [tuple(row) for row in used] == [(2_000, 2_000)] * 2
    migrations.upgrade(engine)
    with sessions.write.begin() as session:
        found = purchases.detail(session, store_id=store_id, order_no="SO-0")
        assert (found.purchase.coupon_fen, [line.came_back for line in found.lines]) == (0, [False, False])
        assert refund(session, store_id, "SO-0", "R-2", 2).money_fen == 4_000
        assert refund(session, store_id, "SO-1", "R-3", 2).money_fen == 3_000
        session.flush()
        assert [*coupons.count_faults(session), *coupons.use_faults(session)] == []
