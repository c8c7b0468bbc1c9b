"""WeChat's browser: opens web pages for the user whose phone it is, and lets them through the authorize page."""

import sqlite3
from typing import Final
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.wechat.simulator import people, qr_codes, url_links
from backend.wechat.simulator.config import OFFICIAL_ACCOUNT
from backend.wechat.simulator.people import NoSuchThing
from backend.wechat.simulator.world import the_world

blueprint: Final = Blueprint("browser", __name__, template_folder="templates")

HOLDER: Final = "simulated_phone"


@blueprint.errorhandler(NoSuchThing)
def _nothing_there(error: NoSuchThing) -> ResponseReturnValue:
    return render_template("browser.html", title="打不开这个页面", error=str(error)), 404


@blueprint.get("/_sim/users/<int:user_id>/open")
def open_page(user_id: int) -> ResponseReturnValue:
    """?url=: open a web page on this user's phone. A phone changes hands here: no page knows who held it before."""
    place = _web_address(request.args.get("url", ""))
    with the_world().store.transaction() as db:
        people.get(db, user_id)
    if request.cookies.get(HOLDER) == str(user_id):
        return redirect(place)
    taken = redirect(url_for("browser.take_phone", user_id=user_id, url=place))
    taken.headers["Clear-Site-Data"] = '"cookies"'
    return taken


@blueprint.get("/_sim/users/<int:user_id>/opened")
def take_phone(user_id: int) -> ResponseReturnValue:
    """?url=: as above, with the phone in hand."""
    answer = redirect(_web_address(request.args.get("url", "")))
    answer.set_cookie(HOLDER, str(user_id), httponly=True, samesite="Lax")
    return answer


@blueprint.get("/connect/oauth2/authorize")
def authorize() -> ResponseReturnValue:
    """Send the browser back with a code for the user whose phone it is; nobody's browser is asked who it is.

    `as` names the user for who has no phone. The page must be at the host of the account's pushes, as a console has it.
    """
    asked, world = request.args, the_world()
    place, holder = _web_address(asked.get("redirect_uri", "")), asked.get("as") or request.cookies.get(HOLDER, "")
    with world.store.transaction() as db:
        app = people.app_of(db, OFFICIAL_ACCOUNT, asked.get("appid"))
        if app["callback_url"] and urlsplit(app["callback_url"]).netloc != urlsplit(place).netloc:
            raise NoSuchThing("redirect_uri: not of the account's domain")
        if not holder.isdigit():
            return _who(db)
        code = people.make_code(db, int(holder), "web", appid=app["appid"], now=world.now())
    come_back = urlencode({"code": code, "state": asked.get("state", "")})
    return redirect(f"{place}{'&' if urlsplit(place).query else '?'}{come_back}")


@blueprint.get("/_sim/link/<link>")
def open_link(link: str) -> str:
    """Show which page of the mini-program a link opens."""
    world = the_world()
    with world.store.transaction() as db:
        found = url_links.opened(db, link, now=world.now())
    return render_template("browser.html", title=found["name"], page=found["path"], query=found["query"])


@blueprint.get("/cgi-bin/showqrcode")
def show_code() -> Response:
    """?ticket= -> the PNG of a code."""
    with the_world().store.transaction() as db:
        return Response(qr_codes.picture(db, request.args.get("ticket", "")), mimetype="image/png")


def _who(db: sqlite3.Connection) -> str:
    ways = [
        (user["nickname"], f"?{urlencode({**request.args.to_dict(), 'as': user['id']})}")
        for user in people.everybody(db)
    ]
    return render_template("browser.html", title="谁在打开这个页面？", ways=ways)


def _web_address(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise NoSuchThing("address")
    return url
