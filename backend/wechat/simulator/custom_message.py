import sqlite3
from collections.abc import Mapping
from typing import Any

from backend.wechat.saying import fits_text
from backend.wechat.simulator import chat, materials, people, windows
from backend.wechat.simulator.refusals import Refused


def send(db: sqlite3.Connection, appid: str, body: Mapping[str, Any], *, now: int) -> None:
    """Put a customer message into the user's chat, within the window that the user opened. Raises Refused."""
    recipient = people.by_openid(db, appid, body.get("touser"))
    if not recipient["follows"]:
        raise Refused(43004)
    said = _said(db, appid, body)
    windows.spend(db, appid, recipient["user_id"], now=now)
    chat.add(db, appid, recipient["user_id"], {**said, "custom": True}, now)


def _said(db: sqlite3.Connection, appid: str, body: Mapping[str, Any]) -> chat.Said:
    kind = body.get("msgtype")
    content = body.get(str(kind))
    if not isinstance(content, dict):
        raise Refused(47001)
    match kind:
        case "text":
            return _text(content)
        case "image":
            return chat.image(materials.known(db, appid, content.get("media_id")))
        case "news":
            return _news(content)
        case _:
            raise Refused(40008)


def _text(content: Mapping[str, Any]) -> chat.Said:
    words = str(content.get("content") or "")
    if not words:
        raise Refused(44004)
    if not fits_text(words):
        raise Refused(45002)
    return chat.text("account", words)


def _news(content: Mapping[str, Any]) -> chat.Said:
    articles = content.get("articles")
    if not isinstance(articles, list) or len(articles) != 1 or not isinstance(articles[0], dict):
        raise Refused(45008)
    given = articles[0]
    return chat.news({name: str(given.get(name) or "") for name in ("title", "description", "url", "picurl")})
