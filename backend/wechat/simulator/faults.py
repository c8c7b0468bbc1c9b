import json
import sqlite3
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Effect:
    """What goes wrong with a call.

    `errcode` is WeChat's number, or the code of the SMS provider. `drop` closes the connection unanswered, "before"
    anything is done or "after" it. `html` answers a page. `finish` is what TEMPLATESENDJOBFINISH will say of a message
    that is then not shown. `notice` alters a notification of WeChat Pay: duplicate, tamper, old, or the wrong mchid,
    appid, amount or out_trade_no.
    """

    errcode: int | str | None = None
    errmsg: str | None = None
    delay_ms: int = 0
    drop: str | None = None
    http_status: int | None = None
    html: bool = False
    finish: str | None = None
    notice: str | None = None


NO_EFFECT = Effect()
NAMES = frozenset(one.name for one in fields(Effect))


def script(db: sqlite3.Connection, given: dict[str, Any]) -> int:
    """Let the next `times` calls (1 unless told) of `api` go wrong, of all or of one `appid` or `openid`."""
    effect = Effect(**{key: value for key, value in given.items() if key in NAMES})
    cursor = db.execute(
        "INSERT INTO faults (api, appid, openid, effect, remaining) VALUES (?, ?, ?, ?, ?)",
        (
            given["api"],
            given.get("appid"),
            given.get("openid"),
            json.dumps({name: getattr(effect, name) for name in NAMES}),
            int(given.get("times", 1)),
        ),
    )
    return int(cursor.lastrowid or 0)


def take(db: sqlite3.Connection, api: str, appid: str | None, openid: str | None) -> Effect:
    """The oldest fault that fits this call, used up once."""
    row = db.execute(
        "SELECT id, effect FROM faults WHERE remaining > 0 AND (? = api OR ? LIKE '%/' || api) "
        "AND (appid IS NULL OR appid = ?) AND (openid IS NULL OR openid = ?) ORDER BY id LIMIT 1",
        (api, api, appid, openid),
    ).fetchone()
    if row is None:
        return NO_EFFECT
    db.execute("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
    return Effect(**json.loads(row["effect"]))
