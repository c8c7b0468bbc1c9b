"""The adapter against the simulator; what it does for a shop is tested with `cashier`."""

import base64
import json
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from backend.kit.clock import FixedClock
from backend.wechat import BadNotice, PayLater, PayOrder, PayRefused, RefundAsked, WechatPay
from backend.wechat.simulator.pay_account import sealed, signed_headers
from tests.support.clocks import MORNING
from tests.support.paying import account, key_pair, merchant, paid_world
from tests.support.runtimes import MP

NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture(scope="module")
def running():
    with paid_world(FixedClock(MORNING)) as running:
        yield running


@pytest.fixture
def wechat(running):
    yield running
    running.clear_faults()


@pytest.fixture
def pay(wechat):
    return WechatPay(merchant(), base_url=wechat.base_url, notify_url=NOWHERE)


@pytest.fixture
def order(wechat, request):
    openid = wechat.new_user().mp_openid
    return PayOrder(f"T{abs(hash(request.node.name)) % 10**12}", "金卡会员", 100, openid, MORNING + timedelta(hours=1))


def test_an_order_is_known_and_closed(pay, order):
    assert pay.query(order.out_trade_no) is None
    assert pay.prepay(order) == pay.prepay(order)
    assert (pay.query(order.out_trade_no).state, pay.query(order.out_trade_no).fen) == ("NOTPAY", 100)
    for _ in range(2):
        pay.close(order.out_trade_no)
    assert pay.query(order.out_trade_no).state == "CLOSED"
    with pytest.raises(PayRefused, match="ORDER_CLOSED"):
        pay.prepay(order)


def test_the_phone_is_given_what_we_signed(pay):
    asked = pay.parameters("wx1", nonce="n", now=MORNING)
    signed = f"{MP.appid}\n{asked.time_stamp}\nn\nprepay_id=wx1\n".encode()
    key = load_pem_public_key(key_pair("merchant")[1].encode())
    key.verify(base64.b64decode(asked.pay_sign), signed, PKCS1v15(), SHA256())


@pytest.mark.parametrize("wrong", [{"serial_no": "0"}, {"private_key": key_pair("platform")[0]}])
def test_a_foreign_signature_is_refused(wechat, order, wrong):
    with pytest.raises(PayRefused, match="SIGN_ERROR"):
        WechatPay(merchant(**wrong), base_url=wechat.base_url, notify_url=NOWHERE).prepay(order)


def test_an_answer_that_wechat_pay_did_not_sign_is_not_believed(wechat, order):
    foreign = merchant(public_key=key_pair("merchant")[1])
    with pytest.raises(PayLater, match="ANSWER_NOT_SIGNED"):
        WechatPay(foreign, base_url=wechat.base_url, notify_url=NOWHERE).prepay(order)


def test_nobody_there_is_later(order):
    with pytest.raises(PayLater):
        WechatPay(merchant(), base_url="http://127.0.0.1:9", notify_url=NOWHERE).query("x")


def test_a_lost_answer_is_asked_for_again(pay, wechat, order):
    wechat.fault("pay/jsapi", drop="after", times=2)
    assert pay.prepay(order).startswith("wx")


def test_what_was_not_paid_is_not_paid_back(pay):
    with pytest.raises(PayRefused):
        pay.refund(RefundAsked("R1", "42", 1, 1, "r"))
    assert pay.query_refund("R1") is None


def test_an_empty_bill_is_none(pay):
    assert pay.bill(date(2020, 1, 1)) == []


def body(event, content, algorithm="AEAD_AES_256_GCM"):
    box = sealed(account(), content, kind="transaction") | {"algorithm": algorithm}
    return json.dumps({"event_type": event, "resource": box})


TRADE = {"out_trade_no": "T1", "trade_state": "SUCCESS", "mchid": "1", "appid": "wx", "amount": {"total": 1}}


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        body("TRANSACTION.SUCCESS", TRADE, algorithm="AES"),
        body("TRANSACTION.SUCCESS", TRADE | {"trade_state": "WON"}),
        body("TRANSACTION.SUCCESS", "no json"),
        body("COMPLAINT.CREATE", TRADE),
        body("REFUND.SUCCESS", TRADE),
    ],
)
def test_what_is_signed_and_still_no_notice_is_refused(pay, text):
    headers = signed_headers(account(), text, at=int(MORNING.timestamp()))
    with pytest.raises(BadNotice):
        pay.notified(headers, text.encode(), now=MORNING)


def test_a_notice_is_read(pay):
    text = body("TRANSACTION.SUCCESS", TRADE | {"transaction_id": "42", "success_time": "2026-03-01T09:00:00+08:00"})
    headers = signed_headers(account(), text, at=int(MORNING.timestamp()))
    trade = pay.notified(headers, text.encode(), now=MORNING)
    assert (trade.out_trade_no, trade.fen, trade.transaction_id, trade.paid_at) == ("T1", 1, "42", MORNING)
