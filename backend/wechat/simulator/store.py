import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS apps (
    appid TEXT PRIMARY KEY, kind TEXT NOT NULL, secret TEXT NOT NULL, token TEXT NOT NULL, aes_key TEXT NOT NULL,
    name TEXT NOT NULL, callback_url TEXT, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS templates (
    appid TEXT NOT NULL, template_id TEXT NOT NULL, title TEXT NOT NULL, fields TEXT NOT NULL,
    PRIMARY KEY (appid, template_id));
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY, nickname TEXT NOT NULL, phone TEXT NOT NULL, country_code TEXT NOT NULL,
    unionid TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS identities (
    appid TEXT NOT NULL, user_id INTEGER NOT NULL, openid TEXT NOT NULL UNIQUE, follows INTEGER NOT NULL DEFAULT 0,
    followed_at INTEGER, PRIMARY KEY (appid, user_id));
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, appid TEXT NOT NULL, family TEXT NOT NULL, issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, dead_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS tokens_by_appid ON tokens (appid, family, issued_at);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, kind TEXT NOT NULL, appid TEXT NOT NULL, user_id INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, used_at INTEGER);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, appid TEXT NOT NULL, user_id INTEGER NOT NULL, kind TEXT NOT NULL, sender TEXT NOT NULL,
    msgid TEXT, client_msg_id TEXT, body TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS messages_by_user ON messages (user_id, id);
CREATE INDEX IF NOT EXISTS messages_by_client_msg_id ON messages (client_msg_id);
CREATE TABLE IF NOT EXISTS subscriptions (
    appid TEXT NOT NULL, user_id INTEGER NOT NULL, template_id TEXT NOT NULL, accepts INTEGER NOT NULL,
    PRIMARY KEY (appid, user_id, template_id));
CREATE TABLE IF NOT EXISTS windows (
    appid TEXT NOT NULL, user_id INTEGER NOT NULL, kind TEXT NOT NULL, opened_at INTEGER NOT NULL,
    remaining INTEGER NOT NULL, PRIMARY KEY (appid, user_id, kind));
CREATE TABLE IF NOT EXISTS materials (media_id TEXT PRIMARY KEY, appid TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, api TEXT NOT NULL, appid TEXT, openid TEXT, effect TEXT NOT NULL,
    remaining INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS quotas (api TEXT PRIMARY KEY, per_day INTEGER, per_minute INTEGER);
CREATE TABLE IF NOT EXISTS usage (
    api TEXT NOT NULL, who TEXT NOT NULL, span TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (api, who, span));
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, api TEXT NOT NULL, appid TEXT, openid TEXT, errcode INTEGER, outcome TEXT NOT NULL,
    request TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pushes (
    id INTEGER PRIMARY KEY, appid TEXT NOT NULL, user_id INTEGER NOT NULL, what TEXT NOT NULL, tries INTEGER NOT NULL,
    outcome TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY, push TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS snapshot_users (user_id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS menus (appid TEXT PRIMARY KEY, buttons TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS qr_codes (
    ticket TEXT PRIMARY KEY, appid TEXT NOT NULL, scene TEXT NOT NULL, url TEXT NOT NULL, expires_at INTEGER,
    UNIQUE (appid, scene));
CREATE TABLE IF NOT EXISTS pay_orders (
    out_trade_no TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, description TEXT NOT NULL,
    fen INTEGER NOT NULL, notify_url TEXT NOT NULL, prepay_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
    transaction_id TEXT UNIQUE, expires_at INTEGER NOT NULL, paid_at INTEGER, created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pay_refunds (
    out_refund_no TEXT PRIMARY KEY, out_trade_no TEXT NOT NULL, fen INTEGER NOT NULL, state TEXT NOT NULL,
    refund_id TEXT NOT NULL, notify_url TEXT, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pay_notices (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, event TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL,
    tries INTEGER NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS url_links (
    id TEXT PRIMARY KEY, appid TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, expires_at INTEGER NOT NULL);
"""


class Store:
    """The simulator's state: a SQLite file, or memory without a path. One transaction at a time for all threads."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing of what is done within; not to be nested."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            self._db.close()
