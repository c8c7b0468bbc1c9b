import secrets
import sqlite3
from typing import Final, Literal

from backend.wechat.simulator.refusals import Refused

GRACE_MS: Final = 300_000
FORCED_APART_MS: Final = 30_000
FORCED_PER_DAY: Final = 20
DAY_MS: Final = 86_400_000

Family = Literal["token", "stable_token"]


def issue(db: sqlite3.Connection, appid: str, family: Family, *, lifetime: int, now: int) -> tuple[str, int]:
    """A new token and its seconds; the one before it lives five minutes more. The other family is not touched."""
    db.execute(
        "UPDATE tokens SET dead_at = MIN(dead_at, ?) WHERE appid = ? AND family = ?", (now + GRACE_MS, appid, family)
    )
    token = secrets.token_urlsafe(100)
    expires = now + lifetime * 1000
    db.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", (token, appid, family, now, expires, expires))
    return token, lifetime


def stable(db: sqlite3.Connection, appid: str, *, force: bool, lifetime: int, now: int) -> tuple[str, int]:
    """The token of the day: the same one until five minutes before its end, unless forced."""
    if force:
        _check_force(db, appid, now)
        db.execute("UPDATE tokens SET dead_at = ? WHERE appid = ? AND family = 'stable_token'", (now, appid))
    row = db.execute(
        "SELECT token, expires_at FROM tokens WHERE appid = ? AND family = 'stable_token' AND dead_at > ? "
        "AND dead_at = expires_at ORDER BY issued_at DESC LIMIT 1",
        (appid, now),
    ).fetchone()
    if row is not None and row["expires_at"] - now > min(GRACE_MS, lifetime * 500):
        return row["token"], (row["expires_at"] - now) // 1000
    return issue(db, appid, "stable_token", lifetime=lifetime, now=now)


def owner(db: sqlite3.Connection, token: str, *, now: int) -> str:
    """The appid of an accepted token. Raises Refused."""
    if not token:
        raise Refused(41001)
    row = db.execute("SELECT appid, expires_at, dead_at FROM tokens WHERE token = ?", (token,)).fetchone()
    if row is None or (row["dead_at"] <= now < row["expires_at"]):
        raise Refused(40001)
    if row["expires_at"] <= now:
        raise Refused(42001)
    return str(row["appid"])


def revoke(db: sqlite3.Connection, appid: str, *, now: int) -> None:
    """End all tokens of an appid at once, as a change of the secret does."""
    db.execute("UPDATE tokens SET dead_at = MIN(dead_at, ?) WHERE appid = ?", (now, appid))


def _check_force(db: sqlite3.Connection, appid: str, now: int) -> None:
    spans = "SELECT span FROM usage WHERE api = 'force_refresh' AND who = ? AND CAST(span AS INTEGER) > ?"
    forced = [int(row["span"]) for row in db.execute(spans, (appid, now - DAY_MS))]
    if len(forced) >= FORCED_PER_DAY:
        raise Refused(45009)
    if forced and now - max(forced) < FORCED_APART_MS:
        raise Refused(45011)
    db.execute("INSERT INTO usage VALUES ('force_refresh', ?, ?, 1)", (appid, str(now)))
