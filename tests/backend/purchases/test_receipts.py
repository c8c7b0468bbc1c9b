from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from backend.purchases.receipts import Line, Receipt, RefundRequest, ReturnedLine, fingerprint

NINE_IN_SHANGHAI = datetime(2026, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=8)))
RECEIPT = Receipt(
    order_no="S1-0001",
    paid_at=NINE_IN_SHANGHAI,
    lines=(Line(sku="A1", name="围巾", qty=1, amount_fen=19_900),),
    total_fen=19_900,
    paid_fen=19_900,
)


def test_the_same_instant_in_another_zone_is_the_same_content():
    assert fingerprint(RECEIPT) == fingerprint(replace(RECEIPT, paid_at=NINE_IN_SHANGHAI.astimezone(UTC)))


@pytest.mark.parametrize(
    "change",
    [
        {"member_id": 7},
        {"paid_fen": 19_899},
        {"paid_at": NINE_IN_SHANGHAI + timedelta(microseconds=1)},
        {"lines": (Line(sku="A1", name="围巾", qty=2, amount_fen=19_900),)},
        {"lines": (Line(sku="A1", name="围巾", qty=1, amount_fen=19_900, brand="鹿角"),)},
    ],
)
def test_any_difference_is_other_content(change):
    assert fingerprint(replace(RECEIPT, **change)) != fingerprint(RECEIPT)


def test_the_fingerprint_is_fixed_for_ever():
    assert fingerprint(RECEIPT).hex() == "d08d7cfae935765269497ef87a1c0c76e061f2d0ddcfe630df5c5bc5bed28724"


def test_refunds_differ_by_what_they_return():
    whole = RefundRequest("R1", lines=(ReturnedLine(1),))
    part = RefundRequest("R1", lines=(ReturnedLine(1, 100),))
    amount = RefundRequest("R1", amount_fen=100)
    assert len({fingerprint(whole), fingerprint(part), fingerprint(amount)}) == 3
