from datetime import datetime, timedelta
from typing import Annotated

from flask import request
from pydantic import Field
from sqlalchemy.orm import Session

from backend import members, risk
from backend.kit.calls import now, without_transaction
from backend.kit.db import run
from backend.kit.errors import Unauthenticated
from backend.kit.schema import Schema
from backend.runtime import runtime
from config import policy
from miniprogram_api.auth import public, resource, token_for
from miniprogram_api.traces import trace
from miniprogram_api.wechat import asking_wechat

api = resource("login")


class CodeRefused(Unauthenticated):
    """WeChat does not know the login code, or it is used or too old."""

    code = "login.code-refused"
    message = "登录失败，请重试"


class LoginIn(Schema):
    """What `wx.login()` gave."""

    code: Annotated[str, Field(min_length=1, max_length=128)]


class SignedInOut(Schema):
    """The bearer token for all other calls, good for `expires_in` seconds, and whether the person is a member."""

    token: str
    expires_in: int
    joined: bool


@api.post("/login", responses={200: SignedInOut}, security=[{}])
@public
@without_transaction
def login(body: LoginIn) -> SignedInOut:
    """Sign in with a login code. `X-Device-Id` names the device, in at most 128 plain characters."""
    part, at = runtime(), now()
    part.limiter.hit("login", request.remote_addr or "")
    with asking_wechat(refused=CodeRefused):
        who = part.mini_program.code_to_session(body.code)
    seen = trace()
    identity = run(part.sessions.write, lambda session: _sign_in(session, who.openid, who.unionid, seen, at))
    return SignedInOut(
        token=token_for(identity.id, part.keys.tokens, at),
        expires_in=policy.SIGN_IN_GOOD_FOR // timedelta(seconds=1),
        joined=identity.member_id is not None,
    )


def _sign_in(session: Session, openid: str, unionid: str | None, seen: risk.Trace, at: datetime) -> members.Identity:
    appid = runtime().mini_program.appid
    identity = members.sign_in(session, kind=members.MINI_PROGRAM, appid=appid, openid=openid, unionid=unionid, now=at)
    if identity.member_id is not None:
        risk.note_login(session, identity.member_id, seen, now=at)
    return identity
