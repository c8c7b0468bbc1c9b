import json
import time
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request

from backend.wechat.simulator import account_calls, calls, faults, journal, quotas
from backend.wechat.simulator.calls import Answer, Call, Handler
from backend.wechat.simulator.faults import Effect
from backend.wechat.simulator.hanging_up import hang_up
from backend.wechat.simulator.refusals import Refused
from backend.wechat.simulator.world import World, the_world

blueprint: Final = Blueprint("api", __name__)
METHODS: Final = ("GET", "POST")
HANDLERS: Final[dict[str, Handler]] = {**calls.HANDLERS, **account_calls.HANDLERS}
PLAIN: Final = "text/plain"
HTML: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@blueprint.route("/<path:api>", methods=METHODS)
def serve(api: str) -> Response:
    """Any of WeChat's addresses: faults first, then quotas, then what the call really does."""
    world = the_world()
    if api not in HANDLERS:
        return Response("404 page not found", 404, mimetype=PLAIN)
    raw = request.get_data()
    given = _given(raw)
    with world.store.transaction() as db:
        openid, appid = journal.openid_and_appid(db, api, given)
        call = Call(api, request.method, given, raw.decode("utf-8", "replace"), appid, openid, world.now(), _file())
        effect = faults.take(db, api, call.appid, call.openid)
        spent = quotas.count(db, api, call.appid, call.given.get("js_code"), now=call.now)
    time.sleep(effect.delay_ms / 1000)
    if effect.drop == "before":
        return _hang_up(world, call, "dropped-before")
    if effect.html or effect.http_status is not None:
        _log(world, call, "html" if effect.html else "http", None)
        return Response(HTML, effect.http_status or 200, mimetype="text/html")
    answer, errcode = _answer(world, call, effect, spent)
    if effect.drop == "after":
        return _hang_up(world, call, "dropped-after", errcode)
    _log(world, call, "answered", errcode)
    return _response(answer)


def _given(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        body = {}
    return {**(body if isinstance(body, dict) else {}), **request.args.to_dict()}


def _file() -> bytes | None:
    uploaded = request.files.get("media")
    return uploaded.read() if uploaded is not None else None


def _answer(world: World, call: Call, effect: Effect, spent: int | None) -> tuple[Answer, int]:
    try:
        if effect.errcode is not None:
            raise Refused(int(effect.errcode), effect.errmsg)
        if spent is not None:
            raise Refused(spent)
        with world.store.transaction() as db:
            return HANDLERS[call.api](db, call, effect, world), 0
    except Refused as refused:
        return refused.body(), refused.errcode


def _response(answer: Answer) -> Response:
    if isinstance(answer, bytes):
        return Response(answer, mimetype="image/png")
    return Response(json.dumps(answer, ensure_ascii=False), content_type="application/json; encoding=utf-8")


def _hang_up(world: World, call: Call, outcome: str, errcode: int | None = None) -> Response:
    _log(world, call, outcome, errcode)
    return hang_up()


def _log(world: World, call: Call, outcome: str, errcode: int | None) -> None:
    with world.store.transaction() as db:
        journal.write(db, call, outcome, errcode)
