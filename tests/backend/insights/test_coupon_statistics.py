from datetime import date, timedelta

import pytest

from backend import coupons, insights, purchases
from backend.insights import coupon_statistics
from backend.purchases import RefundRequest, ReturnedLine
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
TWO = {"worth": {"kind": "cash-off", "off_fen": 1_000}, "stacking": {"same": 2}, "validity": {"days": 2}}


def test_what_happened_by_store_and_day(session, rng, count_statements):
    member, store = make_member(session), make_store(session, code="HQ")
    kind = make_template(session, code="two", supply={"claimable": True, "per_member": None}, **TWO)
    codes = [make_coupon(session, member, template=kind).code for _ in range(2)]
    for _ in range(3):
        coupons.claim(session, member.id, kind.id, rng=rng, now=MORNING)
    parts = {"member_id": member.id, "paid_fen": 8_000, "coupon_codes": frozenset(codes), "order_no": "SO-1"}
    make_purchase(session, 5_000, 5_000, store_id=store.id, **parts)
    request = RefundRequest("R1", lines=(ReturnedLine(1),))
    purchases.refund(session, request, store_id=store.id, order_no="SO-1", now=MORNING)
    session.flush()
    later = MORNING + timedelta(days=5)
    with count_statements(session) as said:
        found = coupon_statistics(session, "two", FIRST, LAST, now=later)
    assert len(said) == 5
    assert [(f"{day.day:%d}", day.store, day.issued, day.claimed, day.expired) for day in found] == [
        ("01", None, 5, 3, 0),
        ("01", "HQ", 0, 0, 0),
        ("02", None, 0, 0, 3),
    ]
    here = found[1]
    assert (here.redeemed, here.discount_fen, here.sales_fen) == (2, 1_000, 4_000)
    assert coupon_statistics(session, "two", FIRST, LAST, now=MORNING)[-1].expired == 0


def test_days_are_in_order_and_not_too_many(session):
    for first, last in ((LAST, FIRST), (FIRST, FIRST + timedelta(days=400))):
        with pytest.raises(insights.DaysRefused):
            coupon_statistics(session, "two", first, last, now=MORNING)
