"""What a WeChat user does and sees, under `/_sim/users`."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from backend.wechat.simulator import chat, people, sms_service, subscriptions, visits
from backend.wechat.simulator.config import MINI_PROGRAM
from backend.wechat.simulator.push import Delivery
from backend.wechat.simulator.world import the_world

blueprint: Final = Blueprint("handset", __name__, url_prefix="/users")


@blueprint.errorhandler(visits.NotPossible)
def _not_possible(error: visits.NotPossible) -> ResponseReturnValue:
    return {"error": str(error)}, 409


@blueprint.get("")
def list_users() -> ResponseReturnValue:
    """All WeChat users."""
    with the_world().store.transaction() as db:
        return jsonify(items=people.everybody(db))


@blueprint.post("")
def create_user() -> ResponseReturnValue:
    """{nickname, phone, country_code?} -> the new user with unionid and openids."""
    asked = given()
    with the_world().store.transaction() as db:
        user_id = people.create(
            db,
            nickname=str(asked["nickname"]),
            phone=str(asked["phone"]),
            country_code=str(asked.get("country_code", "86")),
        )
        return people.get(db, user_id), 201


@blueprint.get("/<int:user_id>")
def get_user(user_id: int) -> ResponseReturnValue:
    """One user."""
    with the_world().store.transaction() as db:
        return people.get(db, user_id)


@blueprint.post("/<int:user_id>/<any(login, phone):kind>-code")
def make_code(user_id: int, kind: people.CodeKind) -> ResponseReturnValue:
    """{appid?} -> {code}, as wx.login or the phone number button would give it."""
    world = the_world()
    with world.store.transaction() as db:
        return {"code": people.make_code(db, user_id, kind, appid=given().get("appid"), now=world.now())}, 201


@blueprint.post("/<int:user_id>/<any(follow, unfollow, scan, say):what>")
def act(user_id: int, what: str) -> ResponseReturnValue:
    """What a user does in the official account: {appid?, scene?, text?} -> {outcome, tries, reply} of the push."""
    asked = given()
    visit = visits.Visit(the_world(), user_id, asked.get("appid"))
    if what == "say":
        delivery = visit.say(str(asked["text"]))
    elif what == "unfollow":
        delivery = visit.unfollow()
    else:
        scene = str(asked["scene"]) if what == "scan" else asked.get("scene")
        delivery = visit.follow(scene)
    return _told(delivery)


@blueprint.post("/<int:user_id>/press")
def press(user_id: int) -> ResponseReturnValue:
    """{appid?, place: [0, 2]} -> {button, outcome, tries, reply}: press a button of the menu."""
    asked = given()
    button, delivery = visits.Visit(the_world(), user_id, asked.get("appid")).press(
        [int(one) for one in asked["place"]]
    )
    return {"button": button, **_told(delivery)}


@blueprint.post("/<int:user_id>/snapshot")
def set_snapshot(user_id: int) -> ResponseReturnValue:
    """{on}: whether web pages meet a made-up user in this one's place, as in WeChat's preview of a page."""
    with the_world().store.transaction() as db:
        people.show_snapshots(db, user_id, on=given()["on"] is True)
        return people.get(db, user_id)


@blueprint.get("/<int:user_id>/messages")
def list_messages(user_id: int) -> ResponseReturnValue:
    """?appid=&after= -> {items, follows}: what the phone shows."""
    appid, after = request.args.get("appid"), request.args.get("after", 0, int)
    with the_world().store.transaction() as db:
        user = people.get(db, user_id)
        said = chat.on_phone(db, user_id, appid=appid, after=after)
    return jsonify(items=[one for one in said if one["kind"] != "undelivered"], follows=user["follows"])


@blueprint.get("/<int:user_id>/subscriptions")
def list_subscriptions(user_id: int) -> ResponseReturnValue:
    """?appid= -> {items: [{template_id, title, labels, accepts}]}: how often the mini-program may write.

    With the appid of an official account, how often that may.
    """
    with the_world().store.transaction() as db:
        people.get(db, user_id)
        app = people.app_or_first(db, request.args.get("appid"), MINI_PROGRAM)
        return jsonify(items=subscriptions.of_user(db, app["appid"], user_id))


@blueprint.post("/<int:user_id>/subscriptions")
def choose_subscriptions(user_id: int) -> ResponseReturnValue:
    """{appid?, choices: {template_id: accept or reject}} -> what wx.requestSubscribeMessage tells the mini-program."""
    asked, world = given(), the_world()
    choices = dict(asked["choices"])
    with world.store.transaction() as db:
        people.get(db, user_id)
        app = people.app_or_first(db, asked.get("appid"), MINI_PROGRAM)
        world.pusher.push_later(db, subscriptions.choose(db, app["appid"], user_id, choices))
    return {"errMsg": "requestSubscribeMessage:ok", **choices}


def _told(delivery: Delivery) -> dict[str, Any]:
    return {"outcome": delivery.outcome, "tries": delivery.tries, "reply": delivery.reply}


@blueprint.delete("/<int:user_id>/subscriptions/<template_id>")
def switch_subscription_off(user_id: int, template_id: str) -> ResponseReturnValue:
    """?appid=: refuse a template in the settings of the mini-program, or of the account."""
    world = the_world()
    with world.store.transaction() as db:
        people.get(db, user_id)
        app = people.app_or_first(db, request.args.get("appid"), MINI_PROGRAM)
        world.pusher.push_later(db, subscriptions.switch_off(db, app["appid"], user_id, template_id))
    return "", 204


@blueprint.post("/<int:user_id>/sms")
def reply_to_sms(user_id: int) -> ResponseReturnValue:
    """{text} -> {outcome}: answer the shop's SMS."""
    world, text = the_world(), str(given()["text"])
    with world.store.transaction() as db:
        user = people.get(db, user_id)
    return {"outcome": sms_service.answer_sms(world, user, text)}


def given() -> Mapping[str, Any]:
    """The JSON object of this request, empty when there is none."""
    body = request.get_json(silent=True, force=True)
    return body if isinstance(body, dict) else {}
