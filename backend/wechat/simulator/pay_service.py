"""WeChat Pay, version 3, at its own paths; and what the user's phone does with a request to pay."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from backend.wechat.simulator import faults, pay_bill, pay_notices, pay_orders
from backend.wechat.simulator.hanging_up import hang_up
from backend.wechat.simulator.pay_account import PayAccount, PayFailed, check_request, sealed, signed_headers
from backend.wechat.simulator.world import World, the_world

blueprint: Final = Blueprint("pay", __name__)
handset: Final = Blueprint("pay-handset", __name__, url_prefix="/_sim")
Answer = tuple[int, Mapping[str, Any] | None]


@blueprint.post("/v3/pay/transactions/jsapi")
def jsapi() -> Response:
    """Expect a payment of a user to an app."""

    def answer(world: World, account: PayAccount) -> Answer:
        with world.store.transaction() as db:
            return 200, {"prepay_id": pay_orders.place(db, account, _given(), now=world.now())}

    return _serve("pay/jsapi", answer)


@blueprint.get("/v3/pay/transactions/out-trade-no/<number>")
def query(number: str) -> Response:
    """An order by our number."""

    def answer(world: World, account: PayAccount) -> Answer:
        with world.store.transaction() as db:
            return 200, pay_orders.trade(account, pay_orders.of_number(db, number))

    return _serve("pay/query", answer)


@blueprint.post("/v3/pay/transactions/out-trade-no/<number>/close")
def close(number: str) -> Response:
    """Let an order be paid no more."""

    def answer(world: World, _account: PayAccount) -> Answer:
        with world.store.transaction() as db:
            pay_orders.close(db, number)
        return 204, None

    return _serve("pay/close", answer)


@blueprint.post("/v3/refund/domestic/refunds")
def refund() -> Response:
    """Give money back; told by a notification as well."""
    told: list[str] = []

    def answer(world: World, account: PayAccount) -> Answer:
        with world.store.transaction() as db:
            found, new = pay_orders.give_back(db, _given(), now=world.now())
            said = pay_orders.refund(db, account, found)
            if new and found["notify_url"]:
                told.append(pay_notices.keep(db, found["notify_url"], "REFUND.SUCCESS", said, now=world.now()))
        return 200, said

    response = _serve("pay/refund", answer)
    world = the_world()
    if told and world.config.pay is not None and world.config.pay.retries_s:
        pay_notices.later(world, world.config.pay, told[0])
    return response


@blueprint.get("/v3/refund/domestic/refunds/<number>")
def query_refund(number: str) -> Response:
    """A refund by our number."""

    def answer(world: World, account: PayAccount) -> Answer:
        with world.store.transaction() as db:
            return 200, pay_orders.refund(db, account, pay_orders.refund_of(db, number))

    return _serve("pay/query-refund", answer)


@blueprint.get("/v3/bill/tradebill")
def bill() -> Response:
    """Where the bill of a day is, and its hash."""

    def answer(world: World, account: PayAccount) -> Answer:
        on = date.fromisoformat(request.args["bill_date"])
        with world.store.transaction() as db:
            text = pay_bill.written(db, account, on)
        address = f"{request.host_url}v3/billdownload/file?token={on.isoformat()}"
        return 200, {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(text.encode()).hexdigest(),  # noqa: S324 - WeChat's own choice
            "download_url": address,
        }

    return _serve("pay/bill", answer)


@blueprint.get("/v3/billdownload/file")
def bill_file() -> ResponseReturnValue:
    """The bill itself, which is not signed."""
    world = the_world()
    try:
        account = _account(world)
        with world.store.transaction() as db:
            return pay_bill.written(db, account, date.fromisoformat(request.args["token"])).encode()
    except PayFailed as failed:
        return {"code": failed.code, "message": failed.words}, failed.status


@blueprint.get("/v3/certificates")
def certificates() -> Response:
    """The certificates that the platform signs with, sealed."""

    def answer(_world: World, account: PayAccount) -> Answer:
        if not account.certificate:
            return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "无可用的平台证书"}
        box = sealed(account, account.certificate, kind="certificate")
        return 200, {"data": [{"serial_no": account.serial, "encrypt_certificate": box}]}

    return _serve("pay/certificates", answer)


@handset.get("/users/<int:user_id>/payments")
def list_payments(user_id: int) -> ResponseReturnValue:
    """What the user was asked to pay."""
    with the_world().store.transaction() as db:
        return jsonify(items=pay_orders.of_user(db, user_id))


@handset.post("/users/<int:user_id>/payments/<prepay_id>")
def pay(user_id: int, prepay_id: str) -> ResponseReturnValue:
    """{declined?} -> {errMsg, notice}: what wx.requestPayment tells, and what became of the notification."""
    world = the_world()
    given = request.get_json(silent=True, force=True) or {}
    if world.config.pay is None:
        return {"error": "no merchant"}, 409
    if given.get("declined"):
        return {"errMsg": "requestPayment:fail cancel", "notice": None}
    try:
        with world.store.transaction() as db:
            order = pay_orders.pay(db, prepay_id, user_id, now=world.now())
            said = pay_orders.trade(world.config.pay, order)
            notice_id = pay_notices.keep(db, order["notify_url"], "TRANSACTION.SUCCESS", said, now=world.now())
    except PayFailed as failed:
        return {"errMsg": f"requestPayment:fail {failed.words}", "notice": None}, 409
    return {"errMsg": "requestPayment:ok", "notice": pay_notices.post(world, world.config.pay, notice_id)}


@handset.post("/payments/<number>/notify")
def notify_again(number: str) -> ResponseReturnValue:
    """Post all notices of an order or a refund once more, taken or not -> {outcomes}."""
    world = the_world()
    if world.config.pay is None:
        return {"error": "no merchant"}, 409
    account = world.config.pay
    with world.store.transaction() as db:
        found = pay_notices.of_number(db, number)
    return {"outcomes": [pay_notices.post(world, account, one, again=False) for one in found]}


def _serve(api: str, answer: Callable[[World, PayAccount], Answer]) -> Response:
    """Faults first, then the signature, then what the call really does; the answer is signed."""
    world, body = the_world(), request.get_data(as_text=True)
    with world.store.transaction() as db:
        effect = faults.take(db, api, None, None)
    time.sleep(effect.delay_ms / 1000)
    if effect.drop == "before":
        return hang_up()
    if effect.http_status is not None:
        return Response("bad gateway", effect.http_status)
    try:
        account = _account(world, body)
        if effect.errcode is not None:
            raise PayFailed(400, str(effect.errcode))
        status, said = answer(world, account)
    except PayFailed as failed:
        return _refusal(failed.status, failed.code, failed.words)
    except (KeyError, TypeError, ValueError):
        return _refusal(400, "PARAM_ERROR", "参数错误")
    if effect.drop == "after":
        return hang_up()
    text = json.dumps(said, ensure_ascii=False) if said is not None else ""
    headers = signed_headers(account, text, at=world.now() // 1000)
    return Response(text, status, headers, content_type="application/json; charset=utf-8")


def _account(world: World, body: str = "") -> PayAccount:
    account = world.config.pay
    if account is None:
        raise PayFailed(401, "SIGN_ERROR", "商户未开通")
    query = request.query_string.decode()
    target = f"{request.path}?{query}" if query else request.path
    check_request(account, request.headers.get("Authorization", ""), method=request.method, target=target, body=body)
    return account


def _refusal(status: int, code: str, words: str) -> Response:
    text = json.dumps({"code": code, "message": words}, ensure_ascii=False)
    return Response(text, status, content_type="application/json; charset=utf-8")


def _given() -> Mapping[str, Any]:
    found = request.get_json(silent=True)
    return found if isinstance(found, dict) else {}
