import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from backend.wechat.simulator.calls import Call

KEPT: Final = 20_000
PAGE: Final = 1000
SECRETS: Final = frozenset({"secret", "access_token"})


def openid_and_appid(db: sqlite3.Connection, api: str, given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Who a call is about and who makes it, as far as that can be seen before it is checked."""
    openid = _text(given, "touser") or _text(given, "openid")
    if api == "sns/jscode2session":
        row = db.execute(
            "SELECT openid FROM codes c JOIN identities USING (appid, user_id) WHERE c.code = ?",
            (_text(given, "js_code"),),
        ).fetchone()
        openid = row["openid"] if row else None
    appid = _text(given, "appid")
    if appid is None:
        row = db.execute("SELECT appid FROM tokens WHERE token = ?", (_text(given, "access_token"),)).fetchone()
        appid = row["appid"] if row else None
    return openid, appid


def write(db: sqlite3.Connection, call: Call, outcome: str, errcode: int | str | None) -> None:
    """Log a call: what it gave, without secrets, and whether its JSON was escaped, which real WeChat minds."""
    given = {key: "***" if key in SECRETS else value for key, value in call.given.items()}
    cursor = db.execute(
        "INSERT INTO calls (api, appid, openid, errcode, outcome, request, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            call.api,
            call.appid,
            call.openid,
            errcode,
            outcome,
            json.dumps({"method": call.method, "given": given, "escaped": "\\u" in call.body}, ensure_ascii=False),
            call.now,
        ),
    )
    if cursor.lastrowid and cursor.lastrowid % 1000 == 0:
        db.execute("DELETE FROM calls WHERE id <= ?", (cursor.lastrowid - KEPT,))


def calls(db: sqlite3.Connection, *, api: str | None, after: int) -> list[dict[str, Any]]:
    """The latest calls after `after`, oldest first, 1000 at most; of one API when told."""
    rows = db.execute(
        "SELECT * FROM (SELECT * FROM calls WHERE id > ? AND (? IS NULL OR api = ? OR api LIKE '%/' || ?) "
        "ORDER BY id DESC LIMIT ?) ORDER BY id",
        (after, api, api, api, PAGE),
    ).fetchall()
    return [{**dict(row), "request": json.loads(row["request"])} for row in rows]


def _text(given: Mapping[str, Any], key: str) -> str | None:
    value = given.get(key)
    return value if isinstance(value, str) else None
