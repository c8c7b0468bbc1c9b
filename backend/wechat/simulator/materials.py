"""Pictures that accounts uploaded, to be sent by their media id."""

import secrets
import sqlite3
from typing import Final

from flask import Blueprint, Response

from backend.wechat.simulator.people import NoSuchThing
from backend.wechat.simulator.refusals import Refused
from backend.wechat.simulator.world import the_world

blueprint: Final = Blueprint("materials", __name__, url_prefix="/materials")

LARGEST: Final = 10 * 1024 * 1024
KINDS: Final = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@blueprint.get("/<media_id>")
def show(media_id: str) -> Response:
    """The picture itself, as the phone shows it."""
    with the_world().store.transaction() as db:
        row = db.execute("SELECT data FROM materials WHERE media_id = ?", (media_id,)).fetchone()
    if row is None:
        raise NoSuchThing("picture")
    return Response(row["data"], mimetype=_kind(row["data"]))


def keep(db: sqlite3.Connection, appid: str, data: bytes | None) -> str:
    """Keep a picture of an account and answer its media id. Raises Refused."""
    if not data:
        raise Refused(41005)
    if _kind(data) is None:
        raise Refused(40005)
    if len(data) > LARGEST:
        raise Refused(45001)
    media_id = secrets.token_urlsafe(32)
    db.execute("INSERT INTO materials VALUES (?, ?, ?)", (media_id, appid, data))
    return media_id


def known(db: sqlite3.Connection, appid: str, media_id: object) -> str:
    """The media id, which is a picture of that account. Raises Refused."""
    row = db.execute("SELECT 1 FROM materials WHERE media_id = ? AND appid = ?", (str(media_id), appid)).fetchone()
    if row is None:
        raise Refused(40007)
    return str(media_id)


def _kind(data: bytes) -> str | None:
    return next((kind for head, kind in KINDS.items() if data.startswith(head)), None)
