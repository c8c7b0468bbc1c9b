import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from backend.wechat import fields
from backend.wechat.simulator.config import Template
from backend.wechat.simulator.refusals import Refused


def template_of(db: sqlite3.Connection, appid: str, body: Mapping[str, Any]) -> Template:
    """The template that a message names. Raises Refused.

    An account that has registered none takes every id, and what the message holds is its own label.
    """
    registered = db.execute("SELECT template_id, title, fields FROM templates WHERE appid = ?", (appid,)).fetchall()
    if not registered:
        given = body.get("data")
        return Template("未登记的模板", {key: key for key in given} if isinstance(given, dict) else {})
    for row in registered:
        if row["template_id"] == body.get("template_id"):
            return Template(row["title"], json.loads(row["fields"]))
    raise Refused(40037)


def filled(template: Template, given: object) -> list[dict[str, str]]:
    """The lines of the message, in the template's order: {key, label, value}. Raises Refused."""
    if not isinstance(given, dict):
        raise Refused(47001)
    return [{"key": key, "label": label, "value": _value(given, key)} for key, label in template.fields.items()]


def _value(given: Mapping[str, Any], key: str) -> str:
    field = given.get(key)
    value = field.get("value") if isinstance(field, dict) else None
    if value is None or not str(value).strip():
        raise Refused(47003, f"argument invalid! data.{key}.value is empty")
    try:
        fitting = fields.fits(key, str(value))
    except ValueError:
        fitting = False
    if not fitting:
        raise Refused(47003, f"argument invalid! data.{key}.value invalid")
    return str(value)
