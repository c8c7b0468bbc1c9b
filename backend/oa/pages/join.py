"""The way into the mini-program, where people join, and all else that needs their own hand."""

from typing import Final

import structlog
from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backend import members
from backend.kit.calls import db, without_transaction
from backend.oa import texts
from backend.oa.pages.door import PageUnknown, bp, message
from backend.oa.pages.session import looking_identity
from backend.runtime import runtime
from backend.wechat import WeChatError

log = structlog.get_logger(__name__)

PAGES: Final = {"join": texts.JOIN_PAGE, "card": texts.CARD_PAGE, "points": texts.POINTS_PAGE}
NO_LINK: Final = "请在微信中下拉，搜索小程序「百汇会员」后打开。"


@bp.get("/join")
def invitation() -> ResponseReturnValue:
    """How to become a member, for who is not one, or whose WeChat we cannot tell to be a member's."""
    if members.of_identity(db(), looking_identity()).member is not None:
        return redirect(url_for("pages.card"))
    return render_template("pages/join.html", here="join")


@bp.get("/open/<name>")
@without_transaction
def open_program(name: str) -> ResponseReturnValue:
    """Open a page of the mini-program. Each link is made for who asks: WeChat lets one person use it."""
    if name not in PAGES:
        raise PageUnknown
    runtime().limiter.hit("url-link", g.caller)
    try:
        return redirect(runtime().mini_program.url_link(PAGES[name]))
    except WeChatError as error:
        log.warning("pages.no-link", errcode=error.errcode, rid=error.rid)
        return message("请在小程序中打开", NO_LINK, again=url_for("pages.card"), action="返回"), 503
