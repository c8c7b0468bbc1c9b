import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from backend.wechat import fields
from backend.wechat.simulator import chat
from backend.wechat.simulator.config import MINI_PROGRAM
from backend.wechat.simulator.faults import Effect
from backend.wechat.simulator.push import new_msg_id
from backend.wechat.simulator.refusals import Refused

REMEMBERED_MS: Final = 600_000


def accept(
    db: sqlite3.Connection, appid: str, body: Mapping[str, Any], effect: Effect, *, now: int
) -> tuple[str, Mapping[str, Any] | None]:
    """Put a template message on the phone of its recipient, unless it is there already.

    Answers its msgid, and the recipient to report the outcome of when it is new. Raises Refused.
    """
    recipient = _recipient(db, appid, str(body.get("touser") or ""))
    title, rows = _filled(db, appid, body)
    _check_jump(db, body.get("miniprogram"))
    client_msg_id = body.get("client_msg_id")
    known = _sent_before(db, appid, recipient["user_id"], client_msg_id, now) if client_msg_id else None
    if known is not None:
        return known, None
    msgid = new_msg_id()
    said = {
        "kind": "template" if effect.finish is None else "undelivered",
        "sender": "account",
        "template_id": body.get("template_id"),
        "title": title,
        "fields": rows,
        "url": body.get("url"),
        "mini_program": body.get("miniprogram"),
    }
    chat.add(db, appid, recipient["user_id"], said, now, msgid=msgid, client_msg_id=client_msg_id)
    return msgid, recipient


def _recipient(db: sqlite3.Connection, appid: str, openid: str) -> Mapping[str, Any]:
    row = db.execute("SELECT * FROM identities WHERE appid = ? AND openid = ?", (appid, openid)).fetchone()
    if row is None:
        raise Refused(40003)
    if not row["follows"]:
        raise Refused(43004)
    return dict(row)


def _filled(db: sqlite3.Connection, appid: str, body: Mapping[str, Any]) -> tuple[str, list[dict[str, str]]]:
    given = body.get("data")
    if not isinstance(given, dict):
        raise Refused(47001)
    definitions = db.execute("SELECT * FROM templates WHERE appid = ?", (appid,)).fetchall()
    chosen = [one for one in definitions if one["template_id"] == body.get("template_id")]
    if definitions and not chosen:
        raise Refused(40037)
    labels = json.loads(chosen[0]["fields"]) if chosen else {key: key for key in given}
    title = chosen[0]["title"] if chosen else "模板消息"
    return title, [{"key": key, "label": label, "value": _value(given, key)} for key, label in labels.items()]


def _value(given: Mapping[str, Any], key: str) -> str:
    field = given.get(key)
    value = field.get("value") if isinstance(field, dict) else None
    if value is None or not str(value).strip():
        raise Refused(47003, f"argument invalid! data.{key}.value is empty")
    try:
        fitting = fields.fits(key, str(value))
    except ValueError:
        fitting = False
    if not fitting:
        raise Refused(47003, f"argument invalid! data.{key}.value invalid")
    return str(value)


def _check_jump(db: sqlite3.Connection, jump: object) -> None:
    if jump is None:
        return
    appid = jump.get("appid") if isinstance(jump, dict) else None
    if db.execute("SELECT 1 FROM apps WHERE appid = ? AND kind = ?", (appid, MINI_PROGRAM)).fetchone() is None:
        raise Refused(40165)


def _sent_before(db: sqlite3.Connection, appid: str, user_id: int, client_msg_id: str, now: int) -> str | None:
    row = db.execute(
        "SELECT msgid FROM messages WHERE client_msg_id = ? AND appid = ? AND user_id = ? AND at > ?",
        (client_msg_id, appid, user_id, now - REMEMBERED_MS),
    ).fetchone()
    return str(row["msgid"]) if row is not None else None
