"""Who looks at the pages: a signed cookie names the WeChat identity, and what belongs to its forms."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypeVar, cast

import jwt
from flask import Response, g, request
from jwt.types import Options

from backend import members
from backend.kit.calls import db, now
from backend.kit.errors import Forbidden, Unauthenticated
from backend.runtime import runtime

View = TypeVar("View", bound=Callable[..., object])

COOKIE: Final = "baihui_page"
PATH: Final = "/wechat/pages"
GOOD_FOR: Final = timedelta(hours=12)
ALGORITHM: Final = "HS256"
PAGE: Final = "oa-page"
OPTIONS: Final[Options] = {"require": ["aud", "exp"], "verify_exp": False}  # judged by the call's instant


class SignedOut(Unauthenticated):
    """The cookie is not there, or not good any more."""

    code = "pages.signed-out"
    message = "登录已失效，请重新打开页面"


class FormRefused(Forbidden):
    """The form does not come from a page of ours that this browser was shown."""

    code = "pages.form-refused"
    message = "页面已过期，请刷新后重试"


def public(view: View) -> View:
    """Mark a view that is shown to anybody."""
    view.__dict__["public"] = True
    return view


def answers_json(view: View) -> View:
    """Mark a view that a script asks: what it refuses is a problem and no page."""
    view.__dict__["answers_json"] = True
    return view


def signed(claims: dict[str, Any], *, kind: str, until: datetime) -> str:
    """A token that only we can make, good for one kind of use."""
    return jwt.encode({**claims, "aud": kind, "exp": until}, runtime().keys.tokens, ALGORITHM)


def claims_in(token: str, *, kind: str) -> dict[str, Any] | None:
    """What a token of that kind says, None for one that is not ours or over."""
    try:
        claims: dict[str, Any] = jwt.decode(token, runtime().keys.tokens, [ALGORITHM], OPTIONS, audience=kind)
    except jwt.InvalidTokenError:
        return None
    return claims if claims["exp"] > now().timestamp() else None


def put_cookie(response: Response, name: str, value: str, *, path: str = PATH, good_for: timedelta) -> None:
    """Let the browser keep something that no script reads and no other site sends along with a form."""
    response.set_cookie(
        name,
        value,
        max_age=good_for,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=not runtime().development,
    )


def sign_in(response: Response, identity_id: int) -> None:
    """Let the browser be known as this identity for a while."""
    token = signed({"sub": str(identity_id)}, kind=PAGE, until=now() + GOOD_FOR)
    put_cookie(response, COOKIE, token, good_for=GOOD_FOR)


def identity_in_cookie() -> int | None:
    """The identity that the browser is known as, None when it is not."""
    claims = claims_in(request.cookies.get(COOKIE, ""), kind=PAGE)
    return int(claims["sub"]) if claims is not None else None


def remember(identity_id: int) -> None:
    """Note that an identity asks."""
    g.identity_id = identity_id
    g.caller = f"identity:{identity_id}"


def looking_identity() -> int:
    """The identity that looks."""
    return cast("int", g.identity_id)


def looking_member() -> members.Member:
    """The member who looks. Raises IdentityUnknown, NotJoined, Blocked, Closed, Merged."""
    return members.active_member(members.of_identity(db(), looking_identity()))


def form_token() -> str:
    """What a form of this browser's session carries."""
    cookie = request.cookies.get(COOKIE, "")
    return hmac.new(runtime().keys.tokens, f"oa-form|{cookie}".encode(), sha256).hexdigest()


def check_form() -> None:
    """Raises FormRefused for a form that was not made by `form_token`."""
    if not hmac.compare_digest(request.form.get("csrf", "").encode(), form_token().encode()):
        raise FormRefused
