"""The way into the mini-program, where people join, and all else that needs their own hand."""

from typing import Final

import structlog
from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backend import members, messaging
from backend.kit.calls import db, without_transaction
from backend.oa import texts
from backend.oa.pages.door import PageUnknown, bp, message
from backend.oa.pages.session import looking_identity
from backend.runtime import runtime
from backend.wechat import WeChatError

log = structlog.get_logger(__name__)

OWN_PAGES: Final = {
    texts.CARD_PAGE: "pages.card",
    texts.POINTS_PAGE: "pages.points_page",
    texts.COUPONS_PAGE: "pages.coupons_page",
}
NO_LINK: Final = "请在微信中下拉，搜索小程序「百汇会员」后打开。"


def page_names() -> dict[str, str]:
    """The pages of the mini-program that may be opened from here, by the name in their path: those of messages too."""
    told = (template.page for template in messaging.CATALOGUE.values())
    return {page.split("/")[1]: page for page in (texts.JOIN_PAGE, texts.CARD_PAGE, texts.POINTS_PAGE, *told) if page}


def way_to(page: str | None) -> str | None:
    """Where a page of the mini-program is to be had from here: as a page of ours, or there; None for no page."""
    if page in OWN_PAGES:
        return url_for(OWN_PAGES[page])
    name = next((name for name, known in page_names().items() if known == page), None)
    return name and url_for("pages.open_program", name=name)


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
    page = page_names().get(name)
    if page is None:
        raise PageUnknown
    runtime().limiter.hit("url-link", g.caller)
    try:
        return redirect(runtime().mini_program.url_link(page))
    except WeChatError as error:
        log.warning("pages.no-link", errcode=error.errcode, rid=error.rid)
        return message("请在小程序中打开", NO_LINK, again=url_for("pages.card"), action="返回"), 503
