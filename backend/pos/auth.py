"""Who a till or a partner is: a signed request, once, as far as clocks may differ. Settled before any transaction."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol, TypeVar, cast

from flask import Response, g, request
from flask_openapi import APIBlueprint
from sqlalchemy.orm import Session

from backend import stores
from backend.kit.calls import now
from backend.kit.db import run
from backend.kit.errors import Forbidden, TooMany, Unauthenticated
from backend.kit.openapi import problems
from backend.pos.signature import matches, message
from backend.runtime import runtime
from config import policy

PREFIX = "/api/pos/v1"
APP_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")
TIMESTAMP = re.compile(r"[0-9]{1,11}")
NONCE = re.compile(r"[0-9A-Za-z_-]{8,64}")
SIGNATURE = re.compile(r"[0-9A-Fa-f]{64}")
# a nonce is kept for as long as any timestamp it could come with is good, and a second more for the edge
NONCE_KEPT_S = 2 * int(policy.TILL_CLOCK_DIFFERENCE.total_seconds()) + 1
NO_SECRET = "0" * 64


class Signer(Protocol):
    """A key, whoever's it is."""

    @property
    def id(self) -> int: ...
    @property
    def secret(self) -> str: ...


K = TypeVar("K", bound=Signer)


class Unsigned(Unauthenticated):
    """A header of the signature is missing or has no possible form."""

    code = "pos.unsigned"
    message = "请求缺少签名信息或格式错误"


class ClockDiffers(Unauthenticated):
    """The timestamp is further from our clock than tills' clocks may differ."""

    code = "pos.timestamp-skew"
    message = "收银机时间与服务器相差过大，请校准时间"


class SignatureInvalid(Unauthenticated):
    """An unknown or revoked key, or a signature that does not fit: nobody is told which."""

    code = "pos.signature-invalid"
    message = "签名验证失败"


class NonceReplayed(Unauthenticated):
    """The nonce was used before: a repeat of a call is signed afresh."""

    code = "pos.nonce-replayed"
    message = "请求已被使用，请重新签名后再试"


class OutOfScope(Forbidden):
    """The key may not do this."""

    code = "pos.out-of-scope"
    message = "该密钥没有此权限"


def resource(name: str, *, scope: str) -> APIBlueprint:
    """A module of the tills' API, open to signed requests of keys with `scope`."""
    api = APIBlueprint(
        f"pos-{name}",
        __name__,
        url_prefix=PREFIX,
        abp_tags=[{"name": f"pos: {name}"}],
        abp_security=[{"till": []}],
        abp_responses=problems(400, 401, 403, 413, 415, 422, 503),
    )
    api.before_request(_admit(scope))
    return api


def limit_misses(api: APIBlueprint, rule: str) -> None:
    """Refuse a key (429) that has asked for too much that does not exist: it is guessing."""

    def refuse_guesser() -> None:
        runtime().limiter.check(rule, g.caller)

    def count_miss(response: Response) -> Response:
        if response.status_code == 404:  # noqa: PLR2004  what this function is about
            _count(rule)
        return response

    api.before_request(refuse_guesser)
    api.after_request(count_miss)


def till() -> stores.TillKey:
    """The key that signed this call."""
    return cast("stores.TillKey", g.till)


def verified(look_up: Callable[[Session, str], K | None]) -> K:
    """The key, as `look_up` finds it by its name, that signed this call; the call is good once.

    Raises Unsigned, ClockDiffers, SignatureInvalid, NonceReplayed.
    """
    app_key, timestamp = _header("X-App-Key", APP_KEY), _header("X-Timestamp", TIMESTAMP)
    nonce, signature = _header("X-Nonce", NONCE), _header("X-Signature", SIGNATURE)
    if abs(now() - datetime.fromtimestamp(int(timestamp), UTC)) > policy.TILL_CLOCK_DIFFERENCE:
        raise ClockDiffers
    key = run(runtime().sessions.read, lambda session: look_up(session, app_key))
    signed = message(
        method=request.method,
        path=request.root_path + request.path,
        query=request.query_string,
        timestamp=timestamp,
        nonce=nonce,
        body=request.get_data(),
    )
    # an unknown key is checked like a known one, so that it is answered as slowly
    if not matches(signature, key.secret if key else NO_SECRET, signed) or key is None:
        raise SignatureInvalid
    if not runtime().cache.add(f"pos-nonce:{key.id}:{nonce}", b"1", ttl=NONCE_KEPT_S):
        raise NonceReplayed
    return key


def _admit(scope: str) -> Callable[[], None]:
    def admit() -> None:
        key = verified(stores.till_key)
        if scope not in key.scopes:
            raise OutOfScope
        g.till, g.caller = key, f"till:{key.id}"

    return admit


def _header(name: str, form: re.Pattern[str]) -> str:
    value = request.headers.get(name, "")
    if not form.fullmatch(value):
        raise Unsigned
    return value


def _count(rule: str) -> None:
    with suppress(TooMany):  # this miss keeps its answer; the next one is refused
        runtime().limiter.hit(rule, g.caller)
