import json
import sqlite3
from collections.abc import Mapping
from typing import cast

from flask import Flask, current_app

from backend.wechat.simulator import people
from backend.wechat.simulator.config import OFFICIAL_ACCOUNT, App, Quota, SimulatorConfig, Template
from backend.wechat.simulator.push import Pusher
from backend.wechat.simulator.store import Store


class World:
    """One simulated WeChat: its state, its clock and what it pushes."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.store = Store(config.state)
        with self.store.transaction() as db:
            _settle(db, config)
        self.pusher = Pusher(self.store, config.clock, timeout=config.push_timeout)

    def now(self) -> int:
        """Unix milliseconds."""
        return int(self.config.clock.now().timestamp() * 1000)

    def close(self) -> None:
        """End its threads and close its state."""
        self.pusher.close()
        self.store.close()


def world_of(program: Flask) -> World:
    """The world that a program shows."""
    return cast("World", program.extensions["world"])


def the_world() -> World:
    """The world of the program that answers this request."""
    return world_of(current_app)


def add_app(db: sqlite3.Connection, app: App) -> None:
    """Make an account known, or change what is known of it."""
    credentials = app.credentials
    db.execute(
        "INSERT INTO apps SELECT ?, ?, ?, ?, ?, ?, ?, COUNT(*) FROM apps WHERE true "
        "ON CONFLICT (appid) DO UPDATE SET kind = excluded.kind, secret = excluded.secret, token = excluded.token, "
        "aes_key = excluded.aes_key, name = excluded.name, "
        "callback_url = COALESCE(excluded.callback_url, apps.callback_url)",
        (
            app.appid,
            app.kind,
            credentials.secret,
            credentials.token,
            credentials.aes_key,
            app.name,
            app.callback_url,
        ),
    )
    people.give_openids(db)


def add_templates(db: sqlite3.Connection, appid: str, templates: Mapping[str, Template]) -> None:
    """Register templates of an account, over those of the same id."""
    rows = [(appid, key, one.title, json.dumps(dict(one.fields))) for key, one in templates.items()]
    db.executemany("INSERT OR REPLACE INTO templates VALUES (?, ?, ?, ?)", rows)


def set_quota(db: sqlite3.Connection, api: str, quota: Quota) -> None:
    """How often `api` answers from now on."""
    db.execute("INSERT OR REPLACE INTO quotas VALUES (?, ?, ?)", (api, quota.per_day, quota.per_minute))


def _settle(db: sqlite3.Connection, config: SimulatorConfig) -> None:
    for app in config.apps:
        add_app(db, app)
        templates = config.templates if app.kind == OFFICIAL_ACCOUNT else config.subscribe_templates
        add_templates(db, app.appid, templates)
