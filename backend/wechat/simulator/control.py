import json
from typing import Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from backend.wechat.credentials import AppCredentials
from backend.wechat.simulator import faults, handset, journal, materials, menus, people, qr_codes, tokens
from backend.wechat.simulator.config import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, Quota, read_templates
from backend.wechat.simulator.handset import given
from backend.wechat.simulator.people import NoSuchThing
from backend.wechat.simulator.world import add_app, add_templates, set_quota, the_world

blueprint: Final = Blueprint("control", __name__, url_prefix="/_sim")
blueprint.register_blueprint(handset.blueprint)
blueprint.register_blueprint(materials.blueprint)


@blueprint.errorhandler(NoSuchThing)
def _unknown(error: NoSuchThing) -> ResponseReturnValue:
    return {"error": f"no such {error}"}, 404


@blueprint.errorhandler(KeyError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(ValueError)
def _unreadable(error: Exception) -> ResponseReturnValue:
    return {"error": f"request not understood: {error}"}, 400


@blueprint.get("/apps")
def list_apps() -> ResponseReturnValue:
    """The accounts, without their secrets."""
    with the_world().store.transaction() as db:
        rows = db.execute("SELECT appid, kind, name, callback_url FROM apps ORDER BY position").fetchall()
    return jsonify(items=[dict(row) for row in rows])


@blueprint.post("/apps")
def put_app() -> ResponseReturnValue:
    """{kind, appid, secret, token?, aes_key?, name?, callback_url?}: make an account known or change it."""
    asked = given()
    credentials = AppCredentials(asked["appid"], asked["secret"], asked.get("token", ""), asked.get("aes_key", ""))
    kind = MINI_PROGRAM if asked["kind"] == MINI_PROGRAM else OFFICIAL_ACCOUNT
    with the_world().store.transaction() as db:
        add_app(db, App(kind, credentials, asked.get("name", "百汇会员"), asked.get("callback_url")))
    return {}, 201


@blueprint.post("/callback-url")
def set_callback_url() -> ResponseReturnValue:
    """{url, appid?}: where an account's pushes go; the first official account's unless told."""
    asked = given()
    with the_world().store.transaction() as db:
        app = people.app_or_first(db, asked.get("appid"), OFFICIAL_ACCOUNT)
        db.execute("UPDATE apps SET callback_url = ? WHERE appid = ?", (asked["url"], app["appid"]))
    return {}


@blueprint.post("/templates")
def put_templates() -> ResponseReturnValue:
    """{appid?, templates: {template_id: {title, fields: [{key, label}]}}}: register templates of messages.

    Those of a mini-program are for its subscribe messages.
    """
    asked = given()
    with the_world().store.transaction() as db:
        app = people.app_or_first(db, asked.get("appid"), OFFICIAL_ACCOUNT)
        add_templates(db, app["appid"], read_templates(asked["templates"]))
    return {}, 201


@blueprint.get("/templates")
def list_templates() -> ResponseReturnValue:
    """The registered templates."""
    with the_world().store.transaction() as db:
        rows = db.execute("SELECT * FROM templates ORDER BY appid, template_id").fetchall()
    return jsonify(items=[{**dict(row), "fields": json.loads(row["fields"])} for row in rows])


@blueprint.get("/menu")
def show_menu() -> ResponseReturnValue:
    """?appid= -> {buttons}: the menu of an official account, empty without one."""
    with the_world().store.transaction() as db:
        app = people.app_of(db, OFFICIAL_ACCOUNT, request.args.get("appid"))
        return {"buttons": menus.of_account(db, app["appid"]) or []}


@blueprint.get("/codes")
def list_codes() -> ResponseReturnValue:
    """?appid= -> {items: [{scene, ticket, url}]}: the codes of an official account that can be scanned."""
    world = the_world()
    with world.store.transaction() as db:
        app = people.app_of(db, OFFICIAL_ACCOUNT, request.args.get("appid"))
        return {"items": qr_codes.of_account(db, app["appid"], now=world.now())}


@blueprint.post("/faults")
def put_fault() -> ResponseReturnValue:
    """{api, times?, appid?, openid?, and what of faults.Effect}: script what goes wrong."""
    with the_world().store.transaction() as db:
        return {"id": faults.script(db, dict(given()))}, 201


@blueprint.delete("/faults")
def clear_faults() -> ResponseReturnValue:
    """Forget the faults that have not happened."""
    with the_world().store.transaction() as db:
        db.execute("DELETE FROM faults")
    return "", 204


@blueprint.post("/quotas")
def put_quota() -> ResponseReturnValue:
    """{api, per_day?, per_minute?}: how often an API answers."""
    asked = given()
    with the_world().store.transaction() as db:
        set_quota(db, asked["api"], Quota(asked.get("per_day"), asked.get("per_minute")))
    return {}, 201


@blueprint.post("/tokens/revoke")
def revoke_tokens() -> ResponseReturnValue:
    """{appid}: end all its access tokens at once."""
    world = the_world()
    with world.store.transaction() as db:
        tokens.revoke(db, given()["appid"], now=world.now())
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
    return {"quiet": the_world().pusher.wait_until_quiet(float(given().get("timeout_s", 20)))}
