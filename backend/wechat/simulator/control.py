import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from backend.wechat.credentials import AppCredentials
from backend.wechat.simulator import chat, faults, journal, people, tokens, visits
from backend.wechat.simulator.config import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, Quota, read_templates
from backend.wechat.simulator.people import NoSuchThing
from backend.wechat.simulator.world import add_app, add_templates, set_quota, the_world

blueprint: Final = Blueprint("control", __name__, url_prefix="/_sim")
CODE_KINDS: Final = ("login", "phone")


@blueprint.errorhandler(NoSuchThing)
def _unknown(error: NoSuchThing) -> ResponseReturnValue:
    return {"error": f"no such {error}"}, 404


@blueprint.errorhandler(visits.NotPossible)
def _not_possible(error: visits.NotPossible) -> ResponseReturnValue:
    return {"error": str(error)}, 409


@blueprint.errorhandler(KeyError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(ValueError)
def _unreadable(error: Exception) -> ResponseReturnValue:
    return {"error": f"request not understood: {error}"}, 400


@blueprint.get("/users")
def list_users() -> ResponseReturnValue:
    """All WeChat users."""
    with the_world().store.transaction() as db:
        return jsonify(items=people.everybody(db))


@blueprint.post("/users")
def create_user() -> ResponseReturnValue:
    """{nickname, phone, country_code?} -> the new user with unionid and openids."""
    given = _given()
    with the_world().store.transaction() as db:
        user_id = people.create(
            db,
            nickname=str(given["nickname"]),
            phone=str(given["phone"]),
            country_code=str(given.get("country_code", "86")),
        )
        return people.get(db, user_id), 201


@blueprint.get("/users/<int:user_id>")
def get_user(user_id: int) -> ResponseReturnValue:
    """One user."""
    with the_world().store.transaction() as db:
        return people.get(db, user_id)


@blueprint.post("/users/<int:user_id>/<any(login, phone):kind>-code")
def make_code(user_id: int, kind: people.CodeKind) -> ResponseReturnValue:
    """{appid?} -> {code}, as wx.login or the phone number button would give it."""
    world = the_world()
    with world.store.transaction() as db:
        return {"code": people.make_code(db, user_id, kind, appid=_given().get("appid"), now=world.now())}, 201


@blueprint.post("/users/<int:user_id>/<any(follow, unfollow, scan, say):what>")
def act(user_id: int, what: str) -> ResponseReturnValue:
    """What a user does in the official account: {appid?, scene?, text?} -> {outcome, tries, reply} of the push."""
    given = _given()
    visit = visits.Visit(the_world(), user_id, given.get("appid"))
    if what == "say":
        delivery = visit.say(str(given["text"]))
    elif what == "unfollow":
        delivery = visit.unfollow()
    else:
        scene = str(given["scene"]) if what == "scan" else given.get("scene")
        delivery = visit.follow(scene)
    return asdict(delivery)


@blueprint.get("/users/<int:user_id>/messages")
def list_messages(user_id: int) -> ResponseReturnValue:
    """?appid=&after= -> {items, follows}: what the phone shows."""
    appid, after = request.args.get("appid"), request.args.get("after", 0, int)
    with the_world().store.transaction() as db:
        user = people.get(db, user_id)
        said = chat.on_phone(db, user_id, appid=appid, after=after)
    return jsonify(items=[one for one in said if one["kind"] != "undelivered"], follows=user["follows"])


@blueprint.get("/apps")
def list_apps() -> ResponseReturnValue:
    """The accounts, without their secrets."""
    with the_world().store.transaction() as db:
        rows = db.execute("SELECT appid, kind, name, callback_url FROM apps ORDER BY position").fetchall()
    return jsonify(items=[dict(row) for row in rows])


@blueprint.post("/apps")
def put_app() -> ResponseReturnValue:
    """{kind, appid, secret, token?, aes_key?, name?, callback_url?}: make an account known or change it."""
    given = _given()
    credentials = AppCredentials(given["appid"], given["secret"], given.get("token", ""), given.get("aes_key", ""))
    kind = MINI_PROGRAM if given["kind"] == MINI_PROGRAM else OFFICIAL_ACCOUNT
    with the_world().store.transaction() as db:
        add_app(db, App(kind, credentials, given.get("name", "百汇会员"), given.get("callback_url")))
    return {}, 201


@blueprint.post("/callback-url")
def set_callback_url() -> ResponseReturnValue:
    """{url, appid?}: where pushes of an official account go; of the first one unless told."""
    given = _given()
    with the_world().store.transaction() as db:
        app = people.app_of(db, OFFICIAL_ACCOUNT, given.get("appid"))
        db.execute("UPDATE apps SET callback_url = ? WHERE appid = ?", (given["url"], app["appid"]))
    return {}


@blueprint.post("/templates")
def put_templates() -> ResponseReturnValue:
    """{appid?, templates: {template_id: {title, fields: [{key, label}]}}}: register message templates."""
    given = _given()
    with the_world().store.transaction() as db:
        app = people.app_of(db, OFFICIAL_ACCOUNT, given.get("appid"))
        add_templates(db, app["appid"], read_templates(given["templates"]))
    return {}, 201


@blueprint.get("/templates")
def list_templates() -> ResponseReturnValue:
    """The registered templates."""
    with the_world().store.transaction() as db:
        rows = db.execute("SELECT * FROM templates ORDER BY appid, template_id").fetchall()
    return jsonify(items=[{**dict(row), "fields": json.loads(row["fields"])} for row in rows])


@blueprint.post("/faults")
def put_fault() -> ResponseReturnValue:
    """{api, times?, appid?, openid?, and what of faults.Effect}: script what goes wrong."""
    with the_world().store.transaction() as db:
        return {"id": faults.script(db, dict(_given()))}, 201


@blueprint.delete("/faults")
def clear_faults() -> ResponseReturnValue:
    """Forget the faults that have not happened."""
    with the_world().store.transaction() as db:
        db.execute("DELETE FROM faults")
    return "", 204


@blueprint.post("/quotas")
def put_quota() -> ResponseReturnValue:
    """{api, per_day?, per_minute?}: how often an API answers."""
    given = _given()
    with the_world().store.transaction() as db:
        set_quota(db, given["api"], Quota(given.get("per_day"), given.get("per_minute")))
    return {}, 201


@blueprint.post("/tokens/revoke")
def revoke_tokens() -> ResponseReturnValue:
    """{appid}: end all its access tokens at once."""
    world = the_world()
    with world.store.transaction() as db:
        tokens.revoke(db, _given()["appid"], now=world.now())
    return {}


@blueprint.get("/calls")
def list_calls() -> ResponseReturnValue:
    """?api=&after= -> {items}: the log of the calls made to WeChat."""
    with the_world().store.transaction() as db:
        return jsonify(items=journal.calls(db, api=request.args.get("api"), after=request.args.get("after", 0, int)))


@blueprint.get("/pushes")
def list_pushes() -> ResponseReturnValue:
    """The latest pushes to the accounts and what became of them, oldest first."""
    with the_world().store.transaction() as db:
        rows = db.execute("SELECT * FROM (SELECT * FROM pushes ORDER BY id DESC LIMIT 1000) ORDER BY id").fetchall()
    return jsonify(items=[dict(row) for row in rows])


@blueprint.post("/quiet")
def wait_until_quiet() -> ResponseReturnValue:
    """{timeout_s?} -> {quiet}: wait until nothing is being pushed in the background, 20 s unless told."""
    return {"quiet": the_world().pusher.wait_until_quiet(float(_given().get("timeout_s", 20)))}


def _given() -> Mapping[str, Any]:
    body = request.get_json(silent=True, force=True)
    return body if isinstance(body, dict) else {}
