"""A member buys, pays in a simulated WeChat over real HTTP, and gets the money back."""

from datetime import timedelta
from random import Random

import pytest
import requests
from sqlalchemy import select

from backend import cashier, members, plans
from backend.kit.db import run
from tests.factories.plans import sell_plans
from tests.support.databases import sqlite_copy
from tests.support.paying import listening_shop, paid_world
from tests.support.phone import member_client

API = "/api/mp/v1/plans"


@pytest.fixture
def engine(sqlite_template, tmp_path):
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def shop(doors, runtime, clock, member_id):
    """A shop that sells plans; the member is the first user of its WeChat."""
    with paid_world(clock) as wechat, listening_shop(doors, runtime, wechat) as shop:
        openid = wechat.new_user().mp_openid

        def prepare(session):
            sell_plans(session)
            mine = select(members.Identity).where(members.Identity.member_id == member_id)
            session.scalar(mine).openid = openid

        run(runtime.sessions.write, prepare)
        yield shop


@pytest.fixture
def phone(shop, doors, member_id):
    return member_client(doors, member_id)


def order(phone, plan="gold-year", **headers):
    answer = phone.post(f"{API}/{plan}/orders", json={}, headers=headers)
    assert answer.status_code == 201, answer.json
    return answer.json


def pay(shop, phone, no):
    asked = phone.post(f"{API}/orders/{no}/payment", json={}).json
    assert asked.keys() == {"timeStamp", "nonceStr", "package", "signType", "paySign"}
    prepay_id = asked["package"].removeprefix("prepay_id=")
    return shop.wechat.post(f"users/1/payments/{prepay_id}")["notice"]


def test_the_anonymous_are_refused(client):
    assert client.get(API).status_code == 401


def test_without_wechat_pay_plans_are_shown_and_sold_at_the_till_only(app, sessions, member_id):
    run(sessions.write, sell_plans)
    bare = member_client(app, member_id)
    assert bare.get(API).json["payable"] is False
    answer = bare.post(f"{API}/gold-year/orders", json={})
    assert (answer.status_code, answer.json["code"]) == (409, "payments.off")
    assert bare.post(f"{API}/orders/VIP1/payment", json={}).json["code"] == "payments.off"


def test_a_member_buys_pays_and_renews(shop, phone):
    shown = phone.get(API).json
    assert (shown["payable"], shown["mine"], len(shown["items"])) == (True, [], 4)
    placed = order(phone, **{"Idempotency-Key": "k"})
    assert order(phone, **{"Idempotency-Key": "k"}) == placed
    assert pay(shop, phone, placed["no"]) == "taken"
    paid = phone.get(f"{API}/orders/{placed['no']}").json
    assert (paid["status"], paid["last_on"]) == ("paid", "2027-03-01")
    shown = phone.get(API).json
    assert [(one["active"], one["last_on"]) for one in shown["mine"]] == [(True, "2027-03-01")]
    assert {one["code"]: one["would_begin_on"] for one in shown["items"]}["gold-month"] == "2027-03-02"
    assert pay(shop, phone, order(phone)["no"]) == "taken"
    assert [one["active"] for one in phone.get(API).json["mine"]] == [True, False]
    assert len(phone.get(f"{API}/orders?limit=1").json["items"]) == 1


def test_what_is_not_mine_or_not_there_is_unknown(shop, phone):
    for path in ("orders/VIP1", "orders/VIP1/payment", "orders/VIP1/cancel", "silver/orders"):
        call = phone.get if path == "orders/VIP1" else phone.post
        assert call(f"{API}/{path}", **({} if call == phone.get else {"json": {}})).status_code == 404


def test_a_paid_or_cancelled_order_is_paid_no_more(shop, phone):
    paid, cancelled = order(phone), order(phone, "baby")
    pay(shop, phone, paid["no"])
    assert phone.post(f"{API}/orders/{cancelled['no']}/cancel", json={}).json["status"] == "cancelled"
    for one in (paid, cancelled):
        answer = phone.post(f"{API}/orders/{one['no']}/payment", json={})
        assert (answer.status_code, answer.json["code"]) == (409, "payments.not-payable")


def test_wechat_being_away_is_try_again(shop, phone):
    placed = order(phone)
    shop.wechat.fault("pay/jsapi", http_status=502, times=3)
    answer = phone.post(f"{API}/orders/{placed['no']}/payment", json={})
    assert (answer.status_code, answer.json["code"]) == (503, "payments.try-later")
    assert pay(shop, phone, placed["no"]) == "taken"


def test_the_money_goes_back_to_the_phone(shop, phone, clock, doors, member_id):
    placed = order(phone)
    pay(shop, phone, placed["no"])
    clock.move(timedelta(days=73))
    wish = plans.Wish("li", "搬家")
    run(shop.runtime.sessions.write, lambda s: plans.refund(s, placed["no"], wish, rng=Random(2), now=clock.now()))
    cashier.settle_due(shop.runtime.sessions, shop.runtime.pay, now=clock.now())
    back = member_client(doors, member_id).get(f"{API}/orders/{placed['no']}").json
    assert (back["status"], back["refund_fen"]) == ("refunded", 9_600)
    assert shop.wechat.get("users/1/payments")["items"][0]["state"] == "REFUND"
    assert requests.get(f"{shop.url}/api/mp/v1/plans", timeout=5).status_code == 401
