import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from flask import request

from backend.wechat.simulator.people import NoSuchThing
from backend.wechat.simulator.refusals import Refused

DAY_MS: Final = 86_400_000
LONGEST_DAYS: Final = 30


def create(db: sqlite3.Connection, appid: str, given: Mapping[str, Any], *, now: int) -> str:
    """An address that opens a page of a mini-program for some days. Raises Refused."""
    path, days = str(given.get("path") or ""), given.get("expire_interval")
    if path.startswith("/") or "?" in path:
        raise Refused(40165)
    if given.get("expire_type") != 1 or not isinstance(days, int) or not 1 <= days <= LONGEST_DAYS:
        raise Refused(85402)
    link, query = secrets.token_urlsafe(9), str(given.get("query") or "")
    db.execute("INSERT INTO url_links VALUES (?, ?, ?, ?, ?)", (link, appid, path, query, now + days * DAY_MS))
    return f"{request.host_url}_sim/link/{link}"


def opened(db: sqlite3.Connection, link: str, *, now: int) -> dict[str, Any]:
    """The page that a link opens: {path, query, name of the mini-program}. Raises NoSuchThing."""
    row = db.execute(
        "SELECT l.path, l.query, l.expires_at, a.name FROM url_links l JOIN apps a USING (appid) WHERE l.id = ?",
        (link,),
    ).fetchone()
    if row is None or row["expires_at"] <= now:
        raise NoSuchThing("link")
    return dict(row)
