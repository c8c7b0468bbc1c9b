import secrets
import sqlite3
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Literal

from backend.wechat.simulator.config import MINI_PROGRAM, OFFICIAL_ACCOUNT, AppKind
from backend.wechat.simulator.refusals import Refused

CODE_LIFE_MS: Final = 300_000

CodeKind = Literal["login", "phone", "web"]
ISSUERS: Final[dict[CodeKind, AppKind]] = {"login": MINI_PROGRAM, "phone": MINI_PROGRAM, "web": OFFICIAL_ACCOUNT}


class NoSuchThing(Exception):
    """The control API was asked about a user or an account that is not there."""


def create(db: sqlite3.Connection, *, nickname: str, phone: str, country_code: str) -> int:
    """A new WeChat user with an openid for each account; answers its id."""
    unionid = f"oU{secrets.token_urlsafe(20)[:26]}"
    cursor = db.execute(
        "INSERT INTO users (nickname, phone, country_code, unionid) VALUES (?, ?, ?, ?)",
        (nickname, phone, country_code, unionid),
    )
    user_id = int(cursor.lastrowid or 0)
    give_openids(db)
    return user_id


def give_openids(db: sqlite3.Connection) -> None:
    """Each user gets an openid for each account where there is none yet."""
    pairs = db.execute(
        "SELECT a.appid, u.id FROM apps a CROSS JOIN users u LEFT JOIN identities i "
        "ON i.appid = a.appid AND i.user_id = u.id WHERE i.openid IS NULL"
    ).fetchall()
    for appid, user_id in pairs:
        openid = f"o{secrets.token_urlsafe(21)[:27]}"
        db.execute("INSERT INTO identities (appid, user_id, openid) VALUES (?, ?, ?)", (appid, user_id, openid))


def get(db: sqlite3.Connection, user_id: int) -> dict[str, Any]:
    """A user with openids by account. Raises NoSuchThing."""
    users = _users(db, "WHERE u.id = ?", user_id)
    if not users:
        raise NoSuchThing("user")
    return users[0]


def everybody(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """All users, the latest first, 500 at most."""
    return _users(db, "WHERE u.id > (SELECT COALESCE(MAX(id), 0) - 500 FROM users)")


def _users(db: sqlite3.Connection, condition: str, *values: int) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT u.*, i.appid, i.openid, i.follows, a.kind, s.user_id AS snapshot FROM users u "  # noqa: S608 - own conditions
        "LEFT JOIN identities i ON i.user_id = u.id LEFT JOIN apps a USING (appid) "
        f"LEFT JOIN snapshot_users s ON s.user_id = u.id {condition} ORDER BY u.id DESC, a.position",
        values,
    ).fetchall()
    return [_user(list(own)) for _, own in groupby(rows, key=itemgetter("id"))]


def _user(rows: list[sqlite3.Row]) -> dict[str, Any]:
    follows = [bool(row["follows"]) for row in rows if row["kind"] == OFFICIAL_ACCOUNT]
    return {
        **{name: rows[0][name] for name in ("id", "nickname", "phone", "country_code", "unionid")},
        "openids": {row["appid"]: row["openid"] for row in rows if row["appid"]},
        "follows": follows[0] if follows else False,
        "snapshot": rows[0]["snapshot"] is not None,
    }


def show_snapshots(db: sqlite3.Connection, user_id: int, *, on: bool) -> None:
    """From now on web pages meet a made-up user in place of this one, or meet this one again."""
    get(db, user_id)
    statement = (
        "INSERT OR IGNORE INTO snapshot_users VALUES (?)" if on else "DELETE FROM snapshot_users WHERE user_id = ?"
    )
    db.execute(statement, (user_id,))


def app_of(db: sqlite3.Connection, kind: AppKind, appid: str | None) -> dict[str, Any]:
    """The account of that appid, or the first of its kind. Raises NoSuchThing."""
    row = db.execute(
        "SELECT * FROM apps WHERE kind = ? AND appid = COALESCE(?, appid) ORDER BY position LIMIT 1", (kind, appid)
    ).fetchone()
    if row is None:
        raise NoSuchThing(kind)
    return dict(row)


def app_or_first(db: sqlite3.Connection, appid: str | None, kind: AppKind) -> dict[str, Any]:
    """The account of that appid, of whatever kind, or the first of `kind`. Raises NoSuchThing."""
    row = db.execute("SELECT kind FROM apps WHERE appid = ?", (appid,)).fetchone() if appid else None
    return app_of(db, row["kind"] if row else kind, appid)


def by_openid(db: sqlite3.Connection, appid: str, openid: object) -> dict[str, Any]:
    """Who an account knows by that openid: {user_id, unionid, openid, follows, followed_at}. Raises Refused."""
    row = db.execute(
        "SELECT i.*, u.unionid FROM identities i JOIN users u ON u.id = i.user_id WHERE appid = ? AND openid = ?",
        (appid, str(openid)),
    ).fetchone()
    if row is None:
        raise Refused(40003)
    return dict(row)


def make_code(db: sqlite3.Connection, user_id: int, kind: CodeKind, *, appid: str | None, now: int) -> str:
    """What `wx.login` or the phone number button hands to the mini-program, or the authorize page to a web page: works
    once within five minutes.
    """
    get(db, user_id)
    app = app_of(db, ISSUERS[kind], appid)
    code = secrets.token_urlsafe(24 if kind == "login" else 36)
    db.execute(
        "INSERT INTO codes VALUES (?, ?, ?, ?, ?, NULL)", (code, kind, app["appid"], user_id, now + CODE_LIFE_MS)
    )
    return code


def use_code(db: sqlite3.Connection, code: str, kind: CodeKind, *, appid: str, now: int) -> dict[str, Any]:
    """The user behind a code, which is spent. Raises Refused."""
    row = db.execute("SELECT * FROM codes WHERE code = ? AND kind = ? AND appid = ?", (code, kind, appid)).fetchone()
    if row is None or row["expires_at"] <= now:
        raise Refused(40029)
    if row["used_at"] is not None:
        raise Refused(40163)
    db.execute("UPDATE codes SET used_at = ? WHERE code = ?", (now, code))
    return get(db, row["user_id"])


def follow(db: sqlite3.Connection, user_id: int, appid: str, *, follows: bool, now: int) -> bool:
    """Set whether the user follows; answers whether that is a change."""
    cursor = db.execute(
        "UPDATE identities SET follows = ?, followed_at = ? WHERE user_id = ? AND appid = ? AND follows <> ?",
        (follows, now, user_id, appid, follows),
    )
    return cursor.rowcount == 1


def follows(db: sqlite3.Connection, user_id: int, appid: str) -> bool:
    """Whether the user follows that account."""
    row = db.execute("SELECT follows FROM identities WHERE user_id = ? AND appid = ?", (user_id, appid)).fetchone()
    return bool(row and row["follows"])
