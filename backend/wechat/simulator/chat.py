import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final, Literal

PAGE: Final = 200

Said = dict[str, Any]


def text(sender: Literal["user", "account"], words: str) -> Said:
    """Words of the user, or of the account to the user."""
    return {"kind": "text", "sender": sender, "text": words}


def image(media_id: str) -> Said:
    """A picture of the account."""
    return {"kind": "image", "sender": "account", "text": "[图片]", "media_id": media_id}


def news(article: Mapping[str, str]) -> Said:
    """A card of the account that leads to a web page: {title, description, url, picurl}."""
    return {"kind": "news", "sender": "account", "text": article["title"], "article": dict(article)}


def notice(words: str) -> Said:
    """A grey line of WeChat itself."""
    return {"kind": "notice", "sender": "wechat", "text": words}


def add(db: sqlite3.Connection, appid: str, user_id: int, said: Said, at: int, **ids: str | None) -> None:
    """Let something appear on the user's phone, in the chat with that account."""
    db.execute(
        "INSERT INTO messages (appid, user_id, kind, sender, msgid, client_msg_id, body, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            appid,
            user_id,
            said["kind"],
            said["sender"],
            ids.get("msgid"),
            ids.get("client_msg_id"),
            json.dumps(said, ensure_ascii=False),
            at,
        ),
    )


def on_phone(db: sqlite3.Connection, user_id: int, *, appid: str | None, after: int) -> list[Said]:
    """What the phone shows after the message `after`, oldest first, the latest 200 at most."""
    rows = db.execute(
        "SELECT * FROM (SELECT * FROM messages WHERE user_id = ? AND appid = COALESCE(?, appid) AND id > ? "
        "ORDER BY id DESC LIMIT ?) ORDER BY id",
        (user_id, appid, after, PAGE),
    ).fetchall()
    return [
        {**json.loads(row["body"]), "id": row["id"], "appid": row["appid"], "msgid": row["msgid"], "at": row["at"]}
        for row in rows
    ]
