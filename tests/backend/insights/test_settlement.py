"""What bearers owe, against plain figures; each kind of tampering breaks a proof."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from backend import insights, purchases
from backend.insights import settlement
from backend.purchases import RefundRequest, ReturnedLine
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
IN_APRIL = datetime(2026, 4, 2, 4, tzinfo=UTC)
TEN = {"kind": "cash-off", "off_fen": 1_000}


@pytest.fixture
def used(session):
    """Three bills of ¥100 with a coupon of ¥10 each, one of them at another price; half of one came back in April."""
    member, store = make_member(session), make_store(session, code="HQ")
    for code, cost in (("plain", {}), ("settled", {"bearer": "store", "settlement_fen": 600})):
        kind = make_template(session, code=code, worth=TEN, cost=cost)
        for number in range(2 if code == "plain" else 1):
            coupon = make_coupon(session, member, template=kind)
            parts = {"member_id": member.id, "paid_fen": 9_000, "coupon_codes": frozenset([coupon.code])}
            make_purchase(session, 5_000, 5_000, store_id=store.id, order_no=f"{code}-{number}", **parts)
    request = RefundRequest("R1", lines=(ReturnedLine(1),))
    purchases.refund(session, request, store_id=store.id, order_no="settled-0", now=IN_APRIL)
    session.flush()


def told(report):
    return [
        (f"{line.month:%m}", line.bearer, line.template, line.redeemed, line.discount_fen, line.owed_fen)
        for line in report.lines
    ]


def test_what_goes_back_counts_in_the_month_in_which_it_does(session, used):
    report = settlement(session, MARCH, APRIL, now=IN_APRIL)
    assert told(report) == [
        ("03", "mall", "plain", 2, 2_000, 2_000),
        ("03", "store", "settled", 1, 1_000, 600),
        ("04", "store", "settled", 0, 0, -300),
    ]
    assert report.sound
    assert [(proof.name, proof.found) for proof in report.proofs] == [
        ("total", 2_300),
        ("bills", 3_000),
        ("returns", 300),
    ]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE purchase_coupons SET discount_fen = discount_fen + 1",
        "UPDATE coupon_redemptions SET returned_settlement_fen = 301 WHERE returned_settlement_fen > 0",
        "DELETE FROM coupon_returns",
    ],
)
def test_a_sum_that_does_not_hold_is_told(session, used, damage):
    session.execute(text(damage))
    assert not settlement(session, MARCH, APRIL, now=IN_APRIL).sound


def test_months_are_in_order_and_none_is_to_come(session):
    for first, last in ((APRIL, MARCH), (MARCH, APRIL), (date(2020, 1, 1), MARCH)):
        with pytest.raises(insights.MonthsRefused):
            settlement(session, first, last, now=MORNING)
