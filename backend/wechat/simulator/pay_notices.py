"""Notifications of the simulated WeChat Pay: signed, sealed, posted, and posted again until they are answered well."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

import requests

from backend.wechat.simulator import faults, pay_orders
from backend.wechat.simulator.pay_account import PayAccount, sealed, signed_headers
from backend.wechat.simulator.world import World

API: Final = "pay/notify"
LONG_AGO_S: Final = 3600
GOOD: Final = frozenset({200, 204})


def keep(db: sqlite3.Connection, url: str, event: str, content: Mapping[str, Any], *, now: int) -> str:
    """Write down what is to be told; answers its id, which stays the same however often it is posted."""
    notice_id = secrets.token_hex(16)
    db.execute(
        "INSERT INTO pay_notices VALUES (?, ?, ?, ?, ?, 0, 'waiting')",
        (notice_id, url, event, json.dumps(content, ensure_ascii=False), now),
    )
    return notice_id


def of_number(db: sqlite3.Connection, number: str) -> list[str]:
    """The notices of an order, or of a refund, by its number, oldest first."""
    rows = db.execute("SELECT id FROM pay_notices WHERE content LIKE ? ORDER BY rowid", (f'%"{number}"%',))
    return [row["id"] for row in rows]


def post(world: World, account: PayAccount, notice_id: str, *, again: bool = True) -> str:
    """Post a notice once (twice, where a fault says so); `again` plans the next attempt where it was not taken."""
    with world.store.transaction() as db:
        notice = dict(db.execute("SELECT * FROM pay_notices WHERE id = ?", (notice_id,)).fetchone())
        effect = faults.take(db, API, None, None)
    time.sleep(effect.delay_ms / 1000)
    for _ in range(2 if effect.notice == "duplicate" else 1):
        outcome = "dropped" if effect.drop else _post(world, account, notice, effect.notice)
    with world.store.transaction() as db:
        db.execute("UPDATE pay_notices SET tries = tries + 1, outcome = ? WHERE id = ?", (outcome, notice_id))
    if again and outcome != "taken" and notice["tries"] < len(account.retries_s):
        later(world, account, notice_id, seconds=account.retries_s[notice["tries"]])
    return outcome


def later(world: World, account: PayAccount, notice_id: str, *, seconds: float = 0) -> None:
    """Post a notice in the background."""
    timer = threading.Timer(seconds, _post_later, (world, account, notice_id))
    timer.daemon = True
    timer.start()


def _post_later(world: World, account: PayAccount, notice_id: str) -> None:
    try:
        post(world, account, notice_id)
    except sqlite3.ProgrammingError:  # the simulator has ended meanwhile
        return


def _post(world: World, account: PayAccount, notice: Mapping[str, Any], fault: str | None) -> str:
    content = _altered(json.loads(notice["content"]), fault)
    kind = "transaction" if notice["event"].startswith("TRANSACTION") else "refund"
    body = json.dumps(
        {
            "id": notice["id"],
            "create_time": pay_orders.instant(notice["at"]),
            "resource_type": "encrypt-resource",
            "event_type": notice["event"],
            "summary": "支付成功" if kind == "transaction" else "退款成功",
            "resource": {"original_type": kind, **sealed(account, content, kind=kind)},
        },
        ensure_ascii=False,
    )
    at = world.now() // 1000 - (LONG_AGO_S if fault == "old" else 0)
    headers = {**signed_headers(account, body, at=at), "Content-Type": "application/json"}
    if fault == "tamper":
        body = body.replace("成功", "失败")
    try:
        answer = requests.post(notice["url"], data=body.encode(), headers=headers, timeout=world.config.push_timeout)
    except requests.RequestException:
        return "no-answer"
    return "taken" if answer.status_code in GOOD else f"refused {answer.status_code}"


def _altered(content: dict[str, Any], fault: str | None) -> dict[str, Any]:
    """What a fault lets the platform say, rightly signed: the wrong merchant, app or amount."""
    if fault in ("mchid", "appid", "out_trade_no"):
        return {**content, fault: "1900000000"}
    if fault == "amount":
        return {**content, "amount": {**content["amount"], "total": 1}}
    return content
