from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend import members
from backend.kit.calls import without_transaction
from backend.kit.errors import DomainError, NotFound, TooMany, Unauthenticated, Unavailable
from backend.kit.problems import refusal, status_of
from backend.oa.pages import session
from backend.oa.pages.begin import begin_login
from backend.runtime import runtime
from config import policy

WECHAT_SCRIPT: Final = "https://res.wx.qq.com"  # WeChat lets its script be loaded from its own host only
GO_ON: Final = "重新打开"
STATIC: Final = Path(__file__).with_name("static")
VERSION_DIGITS: Final = 10

bp = Blueprint("pages", __name__, url_prefix="/wechat/pages", template_folder="templates", static_folder="static")


class PageUnknown(NotFound):
    """No page has this address."""

    code = "pages.unknown"
    message = "没有这个页面"


@bp.before_request
def _know_who_looks() -> ResponseReturnValue | None:
    """Lead who is not signed in to WeChat and back; a form of theirs is too old to be taken."""
    view = current_app.view_functions[request.endpoint or ""]
    if request.endpoint == "pages.static" or getattr(view, "public", False):
        return None
    identity_id = session.identity_in_cookie()
    if identity_id is None:
        return begin_login(request.full_path) if request.method == "GET" else _refused(session.SignedOut())
    session.remember(identity_id)
    if request.method == "POST":
        session.check_form()
    return None


@bp.after_request
def _guard(response: Response) -> Response:
    script = f"'self' {WECHAT_SCRIPT}" if uses_wechat_script() else "'self'"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"  # an address may hold a login code
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint == "pages.static":
        response.headers["Cache-Control"] = "public, max-age=86400"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


@bp.errorhandler(members.NotJoined)
def _invite(_error: members.NotJoined) -> ResponseReturnValue:
    return redirect(url_for("pages.invitation"))


@bp.errorhandler(Unauthenticated)
def _sign_in_anew(error: Unauthenticated) -> ResponseReturnValue:
    """Who is known no more, such as one who has left, is asked for anew; the next answer is about somebody known."""
    return begin_login(request.full_path) if request.method == "GET" else _refused(error)


@bp.errorhandler(DomainError)
def _refused(error: DomainError) -> ResponseReturnValue:
    if getattr(current_app.view_functions[request.endpoint or ""], "answers_json", False):
        return refusal(error)
    response = make_response(
        message("暂时打不开", error.detail, again=url_for("pages.card"), action="返回会员卡"), status_of(error)
    )
    if isinstance(error, (TooMany, Unavailable)):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


@bp.get("/<path:page>")
@without_transaction
def unknown(page: str) -> ResponseReturnValue:  # noqa: ARG001  any other address
    """An address that leads nowhere."""
    raise PageUnknown


def message(title: str, words: str, *, again: str | None = None, action: str = GO_ON) -> str:
    """A page that says something, with a way on if there is one."""
    return render_template("pages/message.html", title=title, words=words, again=again, action=action)


def uses_wechat_script() -> bool:
    """Whether pages load WeChat's script: only WeChat itself can run it, a simulated one has none."""
    return not runtime().development


def asset(name: str, *, whole: bool = False) -> str:
    """The address of a file that pages load, another one for each content of it; with the host where told."""
    path = url_for("pages.static", filename=name, v=_version(name))
    return runtime().public_base_url + path if whole else path


@cache
def _version(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:VERSION_DIGITS]


@bp.app_template_filter("day")
def day(at: datetime) -> str:
    """2026-03-01, in the shop's zone."""
    return at.astimezone(policy.SHOP_ZONE).strftime("%Y-%m-%d")


@bp.app_template_filter("minute")
def minute(at: datetime) -> str:
    """2026-03-01 09:00, in the shop's zone."""
    return at.astimezone(policy.SHOP_ZONE).strftime("%Y-%m-%d %H:%M")


@bp.app_template_filter("grouped")
def grouped(digits: str) -> str:
    """A long number in groups of four, as people read it out."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


@bp.context_processor
def _for_all_pages() -> dict[str, object]:
    home = runtime().public_base_url + url_for("pages.home")
    return {"csrf": session.form_token, "wechat_script": uses_wechat_script(), "home": home, "asset": asset}
