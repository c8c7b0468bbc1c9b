"""How many customer messages an account may still send to a user: what opens that, and what each send takes."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.wechat.simulator.refusals import Refused


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many messages, for so long."""

    count: int
    good_for_ms: int


ALLOWANCES: Final = {"words": Allowance(5, 48 * 3_600_000), "gesture": Allowance(3, 60_000)}
GESTURES: Final = frozenset({"subscribe", "SCAN", "CLICK", "scancode_push", "scancode_waitmsg"})


def note(db: sqlite3.Connection, appid: str, user_id: int, pushed: Mapping[str, object], *, now: int) -> None:
    """Open what a push of the user opens: words for 48 hours, a press, a follow or a scan for a minute."""
    event = pushed.get("Event")
    if event is not None and event not in GESTURES:
        return
    kind = "words" if event is None else "gesture"
    db.execute(
        "INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?)", (appid, user_id, kind, now, ALLOWANCES[kind].count)
    )


def spend(db: sqlite3.Connection, appid: str, user_id: int, *, now: int) -> None:
    """Take a message of all that is open; whether real WeChat adds them up is not documented. Raises Refused."""
    rows = db.execute("SELECT * FROM windows WHERE appid = ? AND user_id = ?", (appid, user_id)).fetchall()
    opened = [row for row in rows if now < row["opened_at"] + ALLOWANCES[row["kind"]].good_for_ms]
    if not opened:
        raise Refused(45015)
    usable = [row["kind"] for row in opened if row["remaining"] > 0]
    if not usable:
        raise Refused(45047)
    for kind in usable:
        db.execute(
            "UPDATE windows SET remaining = remaining - 1 WHERE appid = ? AND user_id = ? AND kind = ?",
            (appid, user_id, kind),
        )
