from datetime import datetime
from typing import Final

import structlog
from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from backend import members
from backend.kit.calls import now, without_transaction
from backend.kit.db import run
from backend.kit.errors import Unavailable
from backend.oa.pages import begin, session
from backend.oa.pages.door import bp, message
from backend.oa.pages.session import public
from backend.runtime import Runtime, runtime
from backend.wechat import LoginRefused, WebUser, WeChatError

log = structlog.get_logger(__name__)

STALE_CODES: Final = (40029, 40163)  # unknown or over, used
MOST_TRIES: Final = 2
RETRY_AFTER: Final = 3  # seconds

SNAPSHOT: Final = "当前是页面预览，无法确认您的身份。请点击右下角「使用完整服务」，再查看会员信息。"
NOT_LET: Final = "未能完成登录，请返回后重新打开页面。"
STALE: Final = "登录链接已失效或已使用，请重新打开页面。"


@bp.get("/login/back")
@public
@without_transaction
def come_back() -> ResponseReturnValue:
    """Where WeChat sends the browser with a code, which is exchanged outside of any transaction."""
    login, code = begin.begun(request.args.get("state", "")), request.args.get("code", "")
    if login is None:
        return _stale()
    runtime().limiter.hit("login", request.remote_addr or "")
    if not code:
        return _failed(NOT_LET, 403)
    try:
        who = runtime().official_account.web.login(code)
    except LoginRefused as refused:
        if refused.errcode in STALE_CODES and login.tries < MOST_TRIES:
            return begin.begin_login(login.leads_to, tries=login.tries + 1)
        log.warning("pages.login-refused", errcode=refused.errcode, rid=refused.rid)
        return _failed(NOT_LET, 403)
    except WeChatError as error:
        log.warning("pages.login-failed", errcode=error.errcode, rid=error.rid)
        raise Unavailable(retry_after=RETRY_AFTER) from None
    return _let_in(login, who)


def _let_in(login: begin.Begun, who: WebUser) -> ResponseReturnValue:
    if who.snapshot:
        return message("请使用完整服务", SNAPSHOT), 403
    response: Response = redirect(login.leads_to)  # type: ignore[assignment]  # Flask's own in an app
    session.sign_in(response, _known(runtime(), who, now()))
    response.delete_cookie(begin.cookie_of(login.state), path=begin.PATH)
    return response


def _known(part: Runtime, who: WebUser, at: datetime) -> int:
    """The identity of who looks, bound to the member whom its unionid tells."""
    appid = part.official_account.appid

    def sign_in(session: Session) -> members.Identity:
        kind = members.OFFICIAL_ACCOUNT
        return members.sign_in(session, kind=kind, appid=appid, openid=who.openid, unionid=who.unionid, now=at)

    identity = run(part.sessions.write, sign_in)
    if identity.member_id is None and identity.unionid is None:
        _learn_unionid(part, identity, at)
    return identity.id


def _learn_unionid(part: Runtime, identity: members.Identity, at: datetime) -> None:
    """Ask for what this kind of login leaves out; WeChat tells it of followers."""
    try:
        unionid = part.official_account.user(identity.openid).unionid
    except WeChatError as error:
        log.warning("pages.unionid-not-told", errcode=error.errcode, rid=error.rid)
        return
    if unionid is not None:
        run(part.sessions.write, lambda session: members.learn_unionid(session, identity.id, unionid, now=at))


def _stale() -> ResponseReturnValue:
    """A state that is not this browser's, or was used: who went back in the browser is signed in by now."""
    if session.identity_in_cookie() is not None:
        return redirect(url_for("pages.card"))
    return _failed(STALE, 400)


def _failed(words: str, status: int) -> ResponseReturnValue:
    return message("登录未完成", words, again=url_for("pages.card")), status
