import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import segno

from backend.wechat.client import SCENE
from backend.wechat.simulator import custom_message, materials, people, subscribe_message, template_message, tokens
from backend.wechat.simulator.config import MINI_PROGRAM, OFFICIAL_ACCOUNT, AppKind
from backend.wechat.simulator.faults import Effect
from backend.wechat.simulator.push import Push
from backend.wechat.simulator.refusals import Refused
from backend.wechat.simulator.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One call of WeChat's API, as far as it can be read."""

    api: str
    method: str
    given: Mapping[str, Any]
    body: str
    appid: str | None
    openid: str | None
    now: int
    file: bytes | None = None


Answer = dict[str, Any] | bytes
Handler = Callable[[sqlite3.Connection, Call, Effect, World], Answer]


def _token(db: sqlite3.Connection, call: Call, _effect: Effect, world: World) -> Answer:
    app = app_by_secret(db, call.given)
    token, seconds = tokens.issue(db, app["appid"], "token", lifetime=world.config.token_lifetime, now=call.now)
    return {"access_token": token, "expires_in": seconds}


def _stable_token(db: sqlite3.Connection, call: Call, _effect: Effect, world: World) -> Answer:
    if call.method != "POST":
        raise Refused(43002)
    app = app_by_secret(db, call.given)
    force = call.given.get("force_refresh") is True
    token, seconds = tokens.stable(db, app["appid"], force=force, lifetime=world.config.token_lifetime, now=call.now)
    return {"access_token": token, "expires_in": seconds}


def _code_to_session(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    app = app_by_secret(db, call.given)
    user = people.use_code(db, str(call.given.get("js_code")), "login", appid=app["appid"], now=call.now)
    # Real WeChat draws a session_key anew; ours is fixed, so that a test can look for it where it must not be.
    return {"openid": user["openids"][app["appid"]], "session_key": "c2ltdWxhdGVkLWtleQ==", "unionid": user["unionid"]}


def _phone_number(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    appid = app_by_token(db, call, MINI_PROGRAM)
    user = people.use_code(db, str(call.given.get("code")), "phone", appid=appid, now=call.now)
    home = user["country_code"] == "86"
    phone = {
        "phoneNumber": user["phone"] if home else f"+{user['country_code']}{user['phone']}",
        "purePhoneNumber": user["phone"],
        "countryCode": int(user["country_code"]),
        "watermark": {"timestamp": call.now // 1000, "appid": appid},
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": phone}


def _send_template(db: sqlite3.Connection, call: Call, effect: Effect, world: World) -> Answer:
    appid = app_by_token(db, call, OFFICIAL_ACCOUNT)
    msgid, user_id = template_message.accept(db, appid, call.given, effect, now=call.now)
    if user_id is not None:
        status = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": effect.finish or "success"}
        world.pusher.push_later(db, Push(appid, user_id, "event", status))
    return {"errcode": 0, "errmsg": "ok", "msgid": int(msgid)}


def _send_subscribe(db: sqlite3.Connection, call: Call, effect: Effect, world: World) -> Answer:
    appid = app_by_token(db, call, MINI_PROGRAM)
    msgid, told = subscribe_message.send(db, appid, call.given, effect, now=call.now)
    world.pusher.push_later(db, told)
    return {"errcode": 0, "errmsg": "ok", "msgid": int(msgid)}


def _send_custom(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    appid = app_by_token(db, call, OFFICIAL_ACCOUNT)
    custom_message.send(db, appid, call.given, now=call.now)
    return {"errcode": 0, "errmsg": "ok"}


def _add_material(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    appid = app_by_token(db, call, OFFICIAL_ACCOUNT)
    return {"media_id": materials.keep(db, appid, call.file), "url": "", "item": []}


def _send_notice(db: sqlite3.Connection, call: Call, effect: Effect, world: World) -> Answer:
    appid = app_by_token(db, call, OFFICIAL_ACCOUNT)
    msgid, told = subscribe_message.send(db, appid, call.given, effect, kind=subscribe_message.NOTICE, now=call.now)
    world.pusher.push_later(db, told)
    return {"errcode": 0, "errmsg": "ok", "msgid": int(msgid)}


def _user(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    appid = app_by_token(db, call, OFFICIAL_ACCOUNT)
    user = people.by_openid(db, appid, call.given.get("openid"))
    if not user["follows"]:
        return {"subscribe": 0, "openid": user["openid"]}
    since = user["followed_at"] // 1000
    return {"subscribe": 1, "openid": user["openid"], "subscribe_time": since, "unionid": user["unionid"]}


def _code_image(db: sqlite3.Connection, call: Call, _effect: Effect, _world: World) -> Answer:
    app_by_token(db, call, MINI_PROGRAM)
    scene, page = str(call.given.get("scene") or ""), str(call.given.get("page") or "")
    if not SCENE.fullmatch(scene):
        raise Refused(40169)
    if page.startswith("/") or "?" in page:
        raise Refused(41030)
    code = segno.make_qr(f"{page}?scene={scene}", error="m")
    scale = max(int(call.given.get("width") or 430) // code.symbol_size()[0], 1)
    png = BytesIO()
    code.save(png, kind="png", scale=scale)
    return png.getvalue()


def app_by_secret(db: sqlite3.Connection, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The account that a call proves to be. Raises Refused."""
    app = db.execute("SELECT * FROM apps WHERE appid = ?", (str(given.get("appid")),)).fetchone()
    if app is None:
        raise Refused(40013)
    if app["secret"] != given.get("secret"):
        raise Refused(40125)
    return dict(app)


def app_by_token(db: sqlite3.Connection, call: Call, kind: AppKind) -> str:
    """The appid of that kind whose token a call brings. Raises Refused."""
    appid = tokens.owner(db, str(call.given.get("access_token") or ""), now=call.now)
    if db.execute("SELECT 1 FROM apps WHERE appid = ? AND kind = ?", (appid, kind)).fetchone() is None:
        raise Refused(48001)
    return appid


HANDLERS: Final[dict[str, Handler]] = {
    "cgi-bin/token": _token,
    "cgi-bin/stable_token": _stable_token,
    "sns/jscode2session": _code_to_session,
    "wxa/business/getuserphonenumber": _phone_number,
    "cgi-bin/message/template/send": _send_template,
    "cgi-bin/message/subscribe/send": _send_subscribe,
    "cgi-bin/message/custom/send": _send_custom,
    "cgi-bin/material/add_material": _add_material,
    "cgi-bin/message/subscribe/bizsend": _send_notice,
    "cgi-bin/user/info": _user,
    "wxa/getwxacodeunlimit": _code_image,
}
