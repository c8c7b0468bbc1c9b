import sqlite3

import pytest

from backend.wechat.simulator import pay_orders
from backend.wechat.simulator.pay_account import PayFailed
from backend.wechat.simulator.store import SCHEMA
from tests.support.paying import MCHID, account

ASKED = {
    "mchid": MCHID,
    "appid": "wx",
    "out_trade_no": "T1",
    "description": "会员",
    "notify_url": "http://127.0.0.1/",
    "time_expire": "2026-03-01T10:00:00+08:00",
    "amount": {"total": 100},
    "payer": {"openid": "o"},
}
NOW = 1772326800000


@pytest.fixture
def db():
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.executescript(SCHEMA)
    db.execute("INSERT INTO identities VALUES ('wx', 1, 'o', 0, NULL)")
    yield db
    db.close()


def place(db, **changed):
    return pay_orders.place(db, account(), ASKED | changed, now=NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"mchid": "1"},
        {"payer": {"openid": "x"}},
        {"amount": {"total": 0}},
        {"time_expire": "2026-03-01T08:00:00+08:00"},
    ],
)
def test_what_cannot_be_paid_is_refused(db, changed):
    with pytest.raises(PayFailed, match="PARAM_ERROR"):
        place(db, **changed)


def test_a_number_is_of_one_order(db):
    assert place(db) == place(db)
    with pytest.raises(PayFailed, match="OUT_TRADE_NO_USED"):
        place(db, amount={"total": 99})


def test_an_order_is_paid_once_and_then_not_closed(db):
    prepay_id = place(db)
    pay_orders.pay(db, prepay_id, 1, now=NOW)
    with pytest.raises(PayFailed, match="ORDER_CLOSED"):
        pay_orders.pay(db, prepay_id, 1, now=NOW)
    for again in (lambda: place(db), lambda: pay_orders.close(db, "T1")):
        with pytest.raises(PayFailed, match="ORDERPAID"):
            again()


def test_refunds_add_up_to_what_was_paid(db):
    number = pay_orders.pay(db, place(db), 1, now=NOW)["transaction_id"]

    def refund(no, fen):
        amount = {"refund": fen, "total": 100}
        return pay_orders.give_back(db, {"transaction_id": number, "out_refund_no": no, "amount": amount}, now=NOW)

    assert [refund("R1", 60)[1], refund("R1", 60)[1], refund("R2", 40)[1]] == [True, False, True]
    for no, fen, code in (("R3", 1, "INVALID_REQUEST"), ("R1", 1, "PARAM_ERROR")):
        with pytest.raises(PayFailed, match=code):
            refund(no, fen)
