from dataclasses import replace
from datetime import date
from random import Random

import pytest

from backend import payments
from backend.app import furnish
from backend.kit.db import run
from backend.wechat import BillLine, PayLater, RefundSaid
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.payments import MCHID, OURS, make_payment, paid
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def failed(sessions):
    """A payment with a refund that failed: (number, number of the refund)."""

    def work(session):
        make_operator(session, "li")
        payment = make_payment(session, make_member(session).id)
        payments.settle_trade(session, paid(payment), **OURS, now=MORNING)
        refund = payments.refund(session, payment, key="a", fen=5, reason="r", rng=Random(1), now=MORNING)
        said = RefundSaid(refund.out_refund_no, "ABNORMAL", 5)
        payments.settle_refund(session, said, mchid=MCHID, now=MORNING)
        return payment.out_trade_no, refund.out_refund_no

    return run(sessions.write, work)


def test_a_failed_refund_is_seen_tried_again_and_settled(answer, refusal, failed):
    number, refund_no = failed
    assert answer("payments", "show", number)["refunds"][0]["failure"] == "ABNORMAL"
    assert [one["out_refund_no"] for one in answer("payments", "failed-refunds")] == [refund_no]
    assert answer("payments", "settle-refund", refund_no, "--by", "li")["settled_by"] == "li"
    assert "payments.refund-not-failed" in refusal("payments", "retry-refund", refund_no, "--by", "li")
    assert "payments.unknown" in refusal("payments", "show", "P-unknown")


def test_a_failed_refund_is_tried_again(answer, failed):
    assert answer("payments", "retry-refund", failed[1], "--by", "li")["status"] == "waiting"


class Bill:
    """As much of a gateway as the command asks."""

    def __init__(self, lines):
        self._lines = lines

    def bill(self, on):
        if self._lines is None:
            raise PayLater("NO_STATEMENT_EXIST", "账单文件不存在", "bill")
        return self._lines


def test_a_day_is_compared_with_the_bill(app, runtime, answer, refusal, failed, flask):
    assert "no account" in refusal("payments", "reconcile", "2026-03-01")
    furnish(app, replace(runtime, pay=Bill(None)))
    assert "NO_STATEMENT_EXIST" in refusal("payments", "reconcile", "2026-03-01")
    furnish(app, replace(runtime, pay=Bill([])))
    assert failed[0] in refusal("payments", "reconcile", "2026-03-01")
    line = BillLine(date(2026, 3, 1), "4200000001", failed[0], "SUCCESS", 19_900)
    furnish(app, replace(runtime, pay=Bill([line])))
    assert "All 1 lines agree" in flask("payments", "reconcile", "2026-03-01").output
