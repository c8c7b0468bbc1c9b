"""The API of the SMS provider at the provider's own path, and the SMS on the phones of the users."""

import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from typing import Any, Final

import requests
from flask import Blueprint, Response, request

from backend.wechat.simulator import chat, faults, journal
from backend.wechat.simulator.calls import Call
from backend.wechat.simulator.hanging_up import hang_up
from backend.wechat.simulator.sms_account import SmsAccount, SmsRefused, charged, check_signature, number, written
from backend.wechat.simulator.world import World, the_world

blueprint: Final = Blueprint("sms", __name__)
API: Final = "SendSms"
IN_THE_STATUS: Final = ("FailedOperation", "InvalidParameterValue", "LimitExceeded", "InternalError")
NOT_OPENED: Final = "UnauthorizedOperation.RequestPermissionDeny"
CHAT: Final = "sms"  # in place of the appid of an account


@blueprint.post("/")
def serve() -> Response:
    """`SendSms` of Tencent Cloud, version 2021-01-11: faults first, then what the call really does."""
    world, body = the_world(), request.get_data()
    given = _given(body)
    phone = str((given.get("PhoneNumberSet") or [""])[0])
    call = Call(API, "POST", given, body.decode("utf-8", "replace"), None, phone, world.now(), None)
    with world.store.transaction() as db:
        effect = faults.take(db, API, None, phone)
    time.sleep(effect.delay_ms / 1000)
    if effect.drop == "before":
        return _dropped(world, call, "dropped-before")
    if effect.http_status is not None:
        return Response("bad gateway", effect.http_status)
    try:
        answer, outcome = _sent(world, call, body, effect.errcode), None
    except SmsRefused as refused:
        answer, outcome = _refused(phone, refused.code), refused.code
    if effect.drop == "after":
        return _dropped(world, call, "dropped-after")
    _log(world, call, "answered", outcome)
    return Response(json.dumps({"Response": answer}, ensure_ascii=False), mimetype="application/json")


def answer_sms(world: World, user: Mapping[str, Any], text: str) -> str:
    """The user answers an SMS; what became of telling the account: `answered`, `no-answer`, or `nowhere`."""
    account = world.config.sms
    said = {"kind": "sms", "sender": "user", "text": text}
    with world.store.transaction() as db:
        chat.add(db, CHAT, int(user["id"]), said, world.now())
    if account is None or account.replies_url is None:
        return "nowhere"
    told = {
        "nationcode": user["country_code"],
        "mobile": user["phone"],
        "text": text,
        "sign": account.sign,
        "time": world.now() // 1000,
        "extend": "",
    }
    try:
        taken = requests.post(account.replies_url, json=told, timeout=world.config.push_timeout)
        return "answered" if taken.ok and taken.json()["result"] == 0 else "no-answer"
    except (requests.RequestException, ValueError, KeyError, TypeError):
        return "no-answer"


def _sent(world: World, call: Call, body: bytes, errcode: object) -> dict[str, object]:
    account = world.config.sms
    if account is None:
        raise SmsRefused(NOT_OPENED)
    check_signature(account, request.headers, body)
    if errcode is not None:
        raise SmsRefused(str(errcode))
    return _put_on_phone(world, account, call)


def _put_on_phone(world: World, account: SmsAccount, call: Call) -> dict[str, object]:
    text, phone, serial_no = written(account, call.given), number(call.given), f"2640:{secrets.token_hex(12)}"
    with world.store.transaction() as db:
        for user_id in _owners(db, phone):
            chat.add(db, CHAT, user_id, {"kind": "sms", "sender": "account", "text": text}, call.now, msgid=serial_no)
    return _status(f"+86{phone}", "Ok", serial_no, charged(text), str(call.given.get("SessionContext") or ""))


def _refused(phone: str, code: str) -> dict[str, object]:
    """As the provider answers: what is wrong with one number stands in its status, all else is an error."""
    if code.startswith(IN_THE_STATUS):
        return _status(phone, code, "", 0, "")
    return {"Error": {"Code": code, "Message": code}, "RequestId": secrets.token_hex(8)}


def _status(phone: str, code: str, serial_no: str, fee: int, context: str) -> dict[str, object]:
    status = {
        "SerialNo": serial_no,
        "PhoneNumber": phone,
        "Fee": fee,
        "SessionContext": context,
        "Code": code,
        "Message": "send success" if code == "Ok" else code,
        "IsoCode": "CN",
    }
    return {"SendStatusSet": [status], "RequestId": secrets.token_hex(8)}


def _owners(db: sqlite3.Connection, phone: str) -> list[int]:
    found = db.execute("SELECT id FROM users WHERE phone = ? AND country_code = '86'", (phone,))
    return [int(row["id"]) for row in found]


def _given(body: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _dropped(world: World, call: Call, outcome: str) -> Response:
    _log(world, call, outcome, None)
    return hang_up()


def _log(world: World, call: Call, outcome: str, code: str | None) -> None:
    with world.store.transaction() as db:
        journal.write(db, call, outcome, code)
