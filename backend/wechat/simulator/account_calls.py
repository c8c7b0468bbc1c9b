"""What the official account's menu, codes and web pages ask of WeChat, and links into the mini-program."""

import secrets
import sqlite3
from typing import Any, Final

from backend.wechat.simulator import menus, people, qr_codes, url_links
from backend.wechat.simulator.calls import Answer, Call, Handler, app_by_secret, app_by_token
from backend.wechat.simulator.config import MINI_PROGRAM, OFFICIAL_ACCOUNT
from backend.wechat.simulator.faults import Effect
from backend.wechat.simulator.refusals import Refused
from backend.wechat.simulator.world import World

OK: Final = {"errcode": 0, "errmsg": "ok"}
TICKET_LIFE_S: Final = 7200


def _web_token(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    app = app_by_secret(db, call.given)
    user = people.use_code(db, str(call.given.get("code")), "web", appid=app["appid"], now=call.now)
    answer: dict[str, Any] = {
        "access_token": secrets.token_urlsafe(60),
        "expires_in": 7200,
        "refresh_token": secrets.token_urlsafe(60),
        "openid": user["openids"][app["appid"]],
        "scope": "snsapi_base",
    }
    if user["snapshot"]:
        answer |= {"openid": f"o{secrets.token_urlsafe(21)[:27]}", "is_snapshotuser": 1}
    return answer


def _js_ticket(db: sqlite3.Connection, call: Call, _effect: Effect, world: World) -> Answer:
    app_by_token(db, call, OFFICIAL_ACCOUNT)
    return {**OK, "ticket": secrets.token_urlsafe(64), "expires_in": min(world.config.token_lifetime, TICKET_LIFE_S)}


def _create_menu(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    appid = app_by_token(db, call, OFFICIAL_ACCOUNT)
    if "\\u" in call.body:
        raise Refused(40033)
    menus.put(db, appid, call.given.get("button"))
    return OK


def _get_menu(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    buttons = menus.of_account(db, app_by_token(db, call, OFFICIAL_ACCOUNT))
    if buttons is None:
        raise Refused(46003)
    return {"menu": {"button": buttons}}


def _delete_menu(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    menus.drop(db, app_by_token(db, call, OFFICIAL_ACCOUNT))
    return OK


def _create_code(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    return qr_codes.create(db, app_by_token(db, call, OFFICIAL_ACCOUNT), call.given, now=call.now)


def _url_link(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    appid = app_by_token(db, call, MINI_PROGRAM)
    return {**OK, "url_link": url_links.create(db, appid, call.given, now=call.now)}


HANDLERS: Final[dict[str, Handler]] = {
    "sns/oauth2/access_token": _web_token,
    "cgi-bin/ticket/getticket": _js_ticket,
    "cgi-bin/menu/create": _create_menu,
    "cgi-bin/menu/get": _get_menu,
    "cgi-bin/menu/delete": _delete_menu,
    "cgi-bin/qrcode/create": _create_code,
    "wxa/generate_urllink": _url_link,
}
