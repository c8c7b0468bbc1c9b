import secrets
import sqlite3
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

import segno

from backend.wechat.simulator.people import NoSuchThing
from backend.wechat.simulator.refusals import Refused

FOR_A_TIME: Final = "QR_STR_SCENE"
FOR_EVER: Final = "QR_LIMIT_STR_SCENE"
LONGEST_S: Final = 2_592_000
LONGEST_SCENE: Final = 64


def create(db: sqlite3.Connection, appid: str, given: Mapping[str, Any], *, now: int) -> dict[str, Any]:
    """A code of an account for a scene, with what it leads to. Raises Refused."""
    action, scene = given.get("action_name"), _scene(given)
    if action not in {FOR_A_TIME, FOR_EVER} or not 1 <= len(scene) <= LONGEST_SCENE:
        raise Refused(40053)
    seconds = int(given.get("expire_seconds") or 60) if action == FOR_A_TIME else None
    if seconds is not None and not 1 <= seconds <= LONGEST_S:
        raise Refused(40053)
    ticket = f"gQ{secrets.token_urlsafe(66)}"
    url = f"http://weixin.qq.com/q/{secrets.token_urlsafe(14)}"
    until = now + seconds * 1000 if seconds else None
    # of one scene the newest code is kept: the phone chooses among scenes
    db.execute("INSERT OR REPLACE INTO qr_codes VALUES (?, ?, ?, ?, ?)", (ticket, appid, scene, url, until))
    return {"ticket": ticket, "url": url} | ({"expire_seconds": seconds} if seconds else {})


def of_account(db: sqlite3.Connection, appid: str, *, now: int) -> list[dict[str, Any]]:
    """The codes that can be scanned, the latest first, 200 at most."""
    rows = db.execute(
        "SELECT scene, ticket, url FROM qr_codes WHERE appid = ? AND (expires_at IS NULL OR expires_at > ?) "
        "ORDER BY rowid DESC LIMIT 200",
        (appid, now),
    )
    return [dict(row) for row in rows]


def ticket_of(db: sqlite3.Connection, appid: str, scene: str) -> str | None:
    """The ticket of the code that carries a scene, None when nobody asked for one."""
    row = db.execute("SELECT ticket FROM qr_codes WHERE appid = ? AND scene = ?", (appid, scene)).fetchone()
    return row["ticket"] if row is not None else None


def picture(db: sqlite3.Connection, ticket: str) -> bytes:
    """The PNG that a ticket opens. Raises NoSuchThing."""
    row = db.execute("SELECT url FROM qr_codes WHERE ticket = ?", (ticket,)).fetchone()
    if row is None:
        raise NoSuchThing("ticket")
    drawn = BytesIO()
    segno.make_qr(row["url"], error="m").save(drawn, kind="png", scale=10)
    return drawn.getvalue()


def _scene(given: Mapping[str, Any]) -> str:
    info = given.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    return str(scene.get("scene_str") or "") if isinstance(scene, dict) else ""
