import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from backend.wechat.simulator import chat, people, subscriptions
from backend.wechat.simulator.faults import Effect
from backend.wechat.simulator.filling import filled, template_of
from backend.wechat.simulator.push import Push, new_msg_id
from backend.wechat.simulator.refusals import Refused
from backend.wechat.simulator.template_message import check_jump

SUBSCRIBE: Final = "subscribe"
NOTICE: Final = "subscription-notice"


def send(
    db: sqlite3.Connection, appid: str, body: Mapping[str, Any], effect: Effect, *, kind: str = SUBSCRIBE, now: int
) -> tuple[str, Push]:
    """Put a subscribe message of a mini-program, or a subscription notice of an official account, on its recipient's
    phone, for one of the user's accepts.

    Answers its msgid and `subscribe_msg_sent_event`. Raises Refused; real WeChat too looks at the accepts before it
    looks at the fields.
    """
    recipient = people.by_openid(db, appid, body.get("touser"))
    template = template_of(db, appid, body)
    template_id = str(body.get("template_id") or "")
    subscriptions.spend(db, appid, recipient["user_id"], template_id)
    _check_pages(db, body)
    msgid = new_msg_id()
    said = {
        "kind": kind if effect.finish is None else "undelivered",
        "sender": "account",
        "template_id": template_id,
        "title": template.title,
        "fields": filled(template, body.get("data")),
        "page": body.get("page"),
        "mini_program": body.get("miniprogram"),
        "follows": bool(recipient["follows"]),
        "state": body.get("miniprogram_state", "formal"),
        "lang": body.get("lang", "zh_CN"),
    }
    chat.add(db, appid, recipient["user_id"], said, now, msgid=msgid)
    return msgid, _sent_event(appid, recipient["user_id"], template_id, msgid, effect)


def _check_pages(db: sqlite3.Connection, body: Mapping[str, Any]) -> None:
    if str(body.get("page") or "").startswith("/"):
        raise Refused(41030)
    check_jump(db, body.get("miniprogram"))


def _sent_event(appid: str, user_id: int, template_id: str, msgid: str, effect: Effect) -> Push:
    outcome = {"ErrorCode": "0", "ErrorStatus": "success"}
    if effect.finish is not None:
        outcome = {"ErrorCode": "-1", "ErrorStatus": effect.finish}
    item = {"TemplateId": template_id, "MsgID": msgid, **outcome}
    event = {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": [item]}}
    return Push(appid, user_id, "event", event)
