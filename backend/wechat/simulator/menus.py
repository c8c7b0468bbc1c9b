import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from backend.wechat.simulator.people import NoSuchThing
from backend.wechat.simulator.refusals import Refused

MOST_BUTTONS: Final = 3
MOST_BELOW: Final = 5
NAME_BYTES: Final = 16
NAME_BYTES_BELOW: Final = 60
KEY_BYTES: Final = 128
URL_BYTES: Final = 1024
NEEDS: Final = {"click": ("key",), "view": ("url",), "miniprogram": ("url", "appid", "pagepath")}

Button = dict[str, Any]


def put(db: sqlite3.Connection, appid: str, given: object) -> None:
    """Give an account a menu. Raises Refused."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_BUTTONS:
        raise Refused(40016)
    for button in given:
        _check_top(button)
    written = json.dumps(given, ensure_ascii=False)
    db.execute("INSERT OR REPLACE INTO menus VALUES (?, ?)", (appid, written))


def drop(db: sqlite3.Connection, appid: str) -> None:
    """Take an account's menu away, if it has one."""
    db.execute("DELETE FROM menus WHERE appid = ?", (appid,))


def of_account(db: sqlite3.Connection, appid: str) -> list[Button] | None:
    """The buttons of an account, None without a menu."""
    row = db.execute("SELECT buttons FROM menus WHERE appid = ?", (appid,)).fetchone()
    return json.loads(row["buttons"]) if row is not None else None


def button_at(db: sqlite3.Connection, appid: str, place: Sequence[int]) -> Button:
    """The button at a place: [which of the bar] or [which of the bar, which above it]. Raises NoSuchThing."""
    try:
        found: Button = (of_account(db, appid) or [])[place[0]]
        for step in place[1:]:
            found = found["sub_button"][step]
    except (IndexError, KeyError, TypeError):
        raise NoSuchThing("button") from None
    return found


def _check_top(button: object) -> None:
    if not isinstance(button, dict):
        raise Refused(47001)
    _check_name(button, NAME_BYTES)
    below = button.get("sub_button") or []
    if len(below) > MOST_BELOW:
        raise Refused(40016)
    for one in below:
        _check_name(one, NAME_BYTES_BELOW)
        _check_kind(one)
    if not below:
        _check_kind(button)


def _check_name(button: Button, most: int) -> None:
    if not 1 <= len(str(button.get("name") or "").encode()) <= most:
        raise Refused(40018)


def _check_kind(button: Button) -> None:
    needs = NEEDS.get(str(button.get("type")))
    if needs is None:
        raise Refused(40017)
    if "key" in needs and not 1 <= len(str(button.get("key") or "").encode()) <= KEY_BYTES:
        raise Refused(40019)
    if "url" in needs and not 1 <= len(str(button.get("url") or "").encode()) <= URL_BYTES:
        raise Refused(40020)
    if "appid" in needs and not (button.get("appid") and button.get("pagepath")):
        raise Refused(40165)
