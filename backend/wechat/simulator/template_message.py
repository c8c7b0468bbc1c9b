import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from backend.wechat.simulator import chat, people
from backend.wechat.simulator.config import MINI_PROGRAM
from backend.wechat.simulator.faults import Effect
from backend.wechat.simulator.filling import filled, template_of
from backend.wechat.simulator.push import new_msg_id
from backend.wechat.simulator.refusals import Refused

REMEMBERED_MS: Final = 600_000


def accept(
    db: sqlite3.Connection, appid: str, body: Mapping[str, Any], effect: Effect, *, now: int
) -> tuple[str, int | None]:
    """Put a template message on the phone of its recipient, unless it is there already.

    Answers its msgid, and the user to report the outcome of when it is new. Raises Refused.
    """
    recipient = people.by_openid(db, appid, body.get("touser"))
    if not recipient["follows"]:
        raise Refused(43004)
    template = template_of(db, appid, body)
    rows = filled(template, body.get("data"))
    check_jump(db, body.get("miniprogram"))
    client_msg_id = str(body.get("client_msg_id") or "") or None
    known = _sent_before(db, appid, recipient["user_id"], client_msg_id, now) if client_msg_id else None
    if known is not None:
        return known, None
    msgid = new_msg_id()
    said = {
        "kind": "template" if effect.finish is None else "undelivered",
        "sender": "account",
        "template_id": body.get("template_id"),
        "title": template.title,
        "fields": rows,
        "url": body.get("url"),
        "mini_program": body.get("miniprogram"),
    }
    chat.add(db, appid, recipient["user_id"], said, now, msgid=msgid, client_msg_id=client_msg_id)
    return msgid, recipient["user_id"]


def check_jump(db: sqlite3.Connection, jump: object) -> None:
    """Whether a tap may lead to that mini-program; None leads nowhere. Raises Refused."""
    if jump is None:
        return
    appid = str(jump.get("appid")) if isinstance(jump, dict) else None
    if db.execute("SELECT 1 FROM apps WHERE appid = ? AND kind = ?", (appid, MINI_PROGRAM)).fetchone() is None:
        raise Refused(40165)


def _sent_before(db: sqlite3.Connection, appid: str, user_id: int, client_msg_id: str, now: int) -> str | None:
    row = db.execute(
        "SELECT msgid FROM messages WHERE client_msg_id = ? AND appid = ? AND user_id = ? AND at > ?",
        (client_msg_id, appid, user_id, now - REMEMBERED_MS),
    ).fetchone()
    return str(row["msgid"]) if row is not None else None
