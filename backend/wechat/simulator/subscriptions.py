import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from backend.wechat.simulator.config import OFFICIAL_ACCOUNT
from backend.wechat.simulator.people import NoSuchThing
from backend.wechat.simulator.push import Push
from backend.wechat.simulator.refusals import Refused

IN_THE_MINI_PROGRAM: Final = "0"
IN_A_WEB_PAGE: Final = "1"
MOST_AT_ONCE: Final = 5

Choice = Literal["accept", "reject"]


def choose(db: sqlite3.Connection, appid: str, user_id: int, choices: Mapping[str, Choice]) -> Push:
    """What the user chose for each template when the mini-program, or a page of the official account, asked; answers
    `subscribe_msg_popup_event`.

    An accept is one message more, without end; a refusal takes back all accepts of that template. Raises NoSuchThing
    for a template that is not registered, ValueError for no or too many templates or another choice.
    """
    if not 1 <= len(choices) <= MOST_AT_ONCE or not set(choices.values()) <= set(get_args(Choice)):
        raise ValueError("choices")
    for template_id, choice in choices.items():
        _check_known(db, appid, template_id)
        accepted = choice == "accept"
        db.execute(
            "INSERT INTO subscriptions VALUES (?, ?, ?, ?) ON CONFLICT (appid, user_id, template_id) "
            "DO UPDATE SET accepts = CASE WHEN ? THEN accepts + 1 ELSE 0 END",
            (appid, user_id, template_id, int(accepted), accepted),
        )
    scene = IN_A_WEB_PAGE if _is_official_account(db, appid) else IN_THE_MINI_PROGRAM
    items = [
        {"TemplateId": template_id, "SubscribeStatusString": choice, "PopupScene": scene}
        for template_id, choice in choices.items()
    ]
    event = {"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {"List": items}}
    return Push(appid, user_id, "event", event)


def switch_off(db: sqlite3.Connection, appid: str, user_id: int, template_id: str) -> Push:
    """The user switches a template off in the settings, which takes back all accepts; answers
    `subscribe_msg_change_event`. Raises NoSuchThing.
    """
    _check_known(db, appid, template_id)
    db.execute(
        "UPDATE subscriptions SET accepts = 0 WHERE appid = ? AND user_id = ? AND template_id = ?",
        (appid, user_id, template_id),
    )
    item = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
    event = {"Event": "subscribe_msg_change_event", "SubscribeMsgChangeEvent": {"List": [item]}}
    return Push(appid, user_id, "event", event)


def spend(db: sqlite3.Connection, appid: str, user_id: int, template_id: str) -> None:
    """Use up one accept. Raises Refused."""
    cursor = db.execute(
        "UPDATE subscriptions SET accepts = accepts - 1 "
        "WHERE appid = ? AND user_id = ? AND template_id = ? AND accepts > 0",
        (appid, user_id, template_id),
    )
    if cursor.rowcount != 1:
        raise Refused(43101)


def of_user(db: sqlite3.Connection, appid: str, user_id: int) -> list[dict[str, Any]]:
    """Each registered or answered template with its title, labels and the accepts that are left."""
    rows = db.execute(
        "SELECT template_id, COALESCE(t.title, template_id) AS title, COALESCE(t.fields, '{}') AS fields, "
        "COALESCE(s.accepts, 0) AS accepts FROM (SELECT template_id FROM templates WHERE appid = :appid "
        "UNION SELECT template_id FROM subscriptions WHERE appid = :appid AND user_id = :user) "
        "LEFT JOIN (SELECT * FROM templates WHERE appid = :appid) t USING (template_id) "
        "LEFT JOIN (SELECT * FROM subscriptions WHERE appid = :appid AND user_id = :user) s USING (template_id) "
        "ORDER BY template_id",
        {"appid": appid, "user": user_id},
    ).fetchall()
    return [
        {**{name: row[name] for name in ("template_id", "title", "accepts")}, "labels": _labels(row["fields"])}
        for row in rows
    ]


def _labels(fields: str) -> list[str]:
    return list(json.loads(fields).values())


def _check_known(db: sqlite3.Connection, appid: str, template_id: str) -> None:
    known = {row["template_id"] for row in db.execute("SELECT template_id FROM templates WHERE appid = ?", (appid,))}
    if known and template_id not in known:
        raise NoSuchThing("template")


def _is_official_account(db: sqlite3.Connection, appid: str) -> bool:
    row = db.execute("SELECT kind FROM apps WHERE appid = ?", (appid,)).fetchone()
    return row is not None and row["kind"] == OFFICIAL_ACCOUNT
