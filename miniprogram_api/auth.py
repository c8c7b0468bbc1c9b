"""Who asks: a bearer token names a WeChat identity, the identity leads to the member."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

import jwt
from flask import current_app, g, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from jwt.types import Options

from backend import members
from backend.kit.calls import db, now
from backend.kit.errors import Unauthenticated
from backend.kit.openapi import problems
from backend.runtime import runtime
from config import policy

View = TypeVar("View", bound=Callable[..., object])

ALGORITHM = "HS256"
AUDIENCE = "mp"


class SignedOut(Unauthenticated):
    """No token, or one that is not (or no longer) good."""

    code = "auth.signed-out"
    message = "登录已失效，请重新进入小程序"


def resource(name: str) -> APIBlueprint:
    """A blueprint under /api/mp/v1 that refuses the anonymous, but for views marked `@public`."""
    blueprint = APIBlueprint(
        name,
        __name__,
        url_prefix="/api/mp/v1",
        abp_tags=[Tag(name=name)],
        abp_security=[{"member": []}],
        abp_responses=problems(401, 403, 422, 429, 503),
    )
    blueprint.before_request(_refuse_the_anonymous)
    return blueprint


def public(view: View) -> View:
    """Mark a view that needs no token."""
    view.__dict__["public"] = True
    return view


def token_for(identity_id: int, key: bytes, now: datetime) -> str:
    """A bearer token for an identity, good for `policy.SIGN_IN_GOOD_FOR`."""
    claims = {"sub": str(identity_id), "aud": AUDIENCE, "iat": now, "exp": now + policy.SIGN_IN_GOOD_FOR}
    return jwt.encode(claims, key, ALGORITHM)


def signed_in_identity() -> int:
    """The identity that asks."""
    return cast("int", g.identity_id)


def signed_in_member() -> int:
    """The member who asks, by one SELECT. Raises IdentityUnknown, NotJoined, Blocked, Closed."""
    # held for the time of the call, so that the session need not read the member again
    g.member = members.active_member(members.of_identity(db(), signed_in_identity()))
    return cast("int", g.member.id)


def member_if_joined() -> int | None:
    """The member who asks, None for who has not joined. Raises IdentityUnknown, Blocked, Closed."""
    try:
        return signed_in_member()
    except members.NotJoined:
        return None


def _refuse_the_anonymous() -> None:
    view = current_app.view_functions[request.endpoint or ""]
    if getattr(view, "public", False):
        return
    g.identity_id = _identity_in(request.authorization.token if request.authorization else None)
    g.caller = f"identity:{g.identity_id}"


def _identity_in(token: str | None) -> int:
    try:
        # judged by the call's instant, not by the library's clock
        options: Options = {"require": ["sub", "aud", "iat", "exp"], "verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token or "", runtime().keys.tokens, [ALGORITHM], options, audience=AUDIENCE)
        if claims["exp"] <= now().timestamp():
            raise SignedOut
        return int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise SignedOut from error
