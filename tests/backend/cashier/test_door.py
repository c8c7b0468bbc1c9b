"""The door over real HTTP: the simulator signs, seals and posts as WeChat Pay does."""

import pytest
import requests

from backend.kit.db import run
from backend.payments.service import close_overdue


def pay(shop, payer, prepay_id):
    return shop.wechat.post(f"users/{payer[0].id}/payments/{prepay_id}")


def again(shop, number):
    return shop.wechat.post(f"payments/{number}/notify")["outcomes"]


def test_a_payment_is_told_and_taken(shop, payer, asked, state):
    number, prepay_id = asked()
    assert state(number) == ("prepaid", 0, 0)
    assert pay(shop, payer, prepay_id) == {"errMsg": "requestPayment:ok", "notice": "taken"}
    assert state(number) == ("paid", 19_900, 0)
    assert again(shop, number) == ["taken"]
    assert state(number) == ("paid", 19_900, 0)


def test_the_user_may_decline(shop, payer, asked, state):
    number, prepay_id = asked()
    said = shop.wechat.post(f"users/{payer[0].id}/payments/{prepay_id}", declined=True)
    assert (said["errMsg"], state(number)) == ("requestPayment:fail cancel", ("prepaid", 0, 0))


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("tamper", "refused 401"),
        ("old", "refused 401"),
        ("mchid", "refused 400"),
        ("appid", "refused 400"),
        ("amount", "refused 400"),
        ("out_trade_no", "refused 400"),
    ],
)
def test_what_is_not_right_is_not_applied_and_the_repeat_is(shop, payer, asked, state, fault, outcome):
    number, prepay_id = asked()
    shop.wechat.fault("pay/notify", notice=fault)
    assert pay(shop, payer, prepay_id)["notice"] == outcome
    assert state(number) == ("prepaid", 0, 0)
    assert again(shop, number) == ["taken"]
    assert state(number) == ("paid", 19_900, 0)


def test_a_notice_that_is_posted_twice_counts_once(shop, payer, asked, state):
    number, prepay_id = asked()
    shop.wechat.fault("pay/notify", notice="duplicate")
    assert pay(shop, payer, prepay_id)["notice"] == "taken"
    assert state(number) == ("paid", 19_900, 0)


def test_money_that_comes_after_closing_is_marked_to_go_back(shop, payer, asked, state, clock):
    number, prepay_id = asked()
    run(shop.runtime.sessions.write, lambda session: close_overdue(session, number, now=clock.now()))
    assert pay(shop, payer, prepay_id)["notice"] == "taken"
    assert state(number) == ("closed", 19_900, 19_900)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"{}"),
        ({"Wechatpay-Timestamp": "1" * 99}, b"{}"),
        ({"Wechatpay-Timestamp": "1772326800", "Wechatpay-Nonce": "n"}, b"\xff"),
        (
            {
                "Wechatpay-Timestamp": "1772326800",
                "Wechatpay-Nonce": "n",
                "Wechatpay-Serial": "PUB_KEY_ID_01",
                "Wechatpay-Signature": "WECHATPAY/SIGNTEST/0000",
                "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            },
            b"{}",
        ),
    ],
)
def test_strangers_are_refused_as_wechat_pay_wants_it(shop, headers, body):
    answer = requests.post(shop.notify_url, data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (401, "FAIL")


def test_a_shop_without_wechat_pay_has_no_such_door(client):
    assert client.post("/wechat/pay/notify", data=b"{}").status_code == 404
