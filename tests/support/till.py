"""A till: signs each call as the document for till vendors says, with its own code and not the product's."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from hmac import new as hmac
from itertools import count
from random import Random
from typing import Any

from werkzeug.test import TestResponse

from backend import stores
from backend.kit.calls import CallApp
from backend.runtime import Runtime

PREFIX = "/api/pos/v1"
ALL_SCOPES = frozenset(
    {"members", "purchases", "mall", "draws", "coupons", "benefits", "parking", "check-ins", "events", "plans"}
)

_nonces = count(10_000_000)
_stores = count(1)
_keys = count(1)


def signature(secret: str, method: str, target: str, timestamp: int, nonce: str, body: bytes) -> str:
    """hex HMAC-SHA256 of the five lines; `target` is the path with its query."""
    lines = f"{method}\n{target}\n{timestamp}\n{nonce}\n{sha256(body).hexdigest()}"
    return hmac(secret.encode(), lines.encode(), sha256).hexdigest()


class Till:
    """One key at work. `send` is `client.open` of a Flask test client, or anything that takes the same arguments."""

    def __init__(self, send: Callable[..., Any], app_key: str, secret: str, now: Callable[[], datetime]) -> None:
        self.send, self.app_key, self.secret, self.now = send, app_key, secret, now

    def get(self, path: str, **changes: Any) -> TestResponse:
        return self.call("GET", path, **changes)

    def post(self, path: str, payload: object, **changes: Any) -> TestResponse:
        body = json.dumps(payload, ensure_ascii=False).encode()
        return self.call("POST", path, body=body, **changes)

    def call(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, **forged: Any
    ) -> TestResponse:
        """A signed call; `forged` replaces parts of what is signed or sent: timestamp, nonce, signature, secret, ..."""
        signed = self.sign(method, PREFIX + path, body, **forged)
        extra = {"Content-Type": "application/json"} if body else {}
        return self.send(method=method, path=PREFIX + path, data=body, headers={**signed, **extra, **(headers or {})})

    def sign(self, method: str, target: str, body: bytes, **forged: Any) -> dict[str, str]:
        timestamp = forged.get("timestamp", int(self.now().timestamp()))
        nonce = forged.get("nonce", f"nonce-{next(_nonces)}")
        right = signature(forged.get("secret", self.secret), method, target, timestamp, nonce, body)
        return {
            "X-App-Key": forged.get("app_key", self.app_key),
            "X-Timestamp": str(timestamp),
            "X-Nonce": nonce,
            "X-Signature": forged.get("signature", right),
        }


def open_till(
    app: CallApp, *, scopes: frozenset[str] = ALL_SCOPES, store_id: int | None = None, return_days: int = 0
) -> Till:
    """A till with a new key, in a new store (with so many days for returns) unless one is named; committed."""
    runtime: Runtime = app.extensions["runtime"]
    now = runtime.clock.now()
    with runtime.sessions.write.begin() as session:
        if store_id is None:
            code = f"T{next(_stores):04d}"
            store = stores.create_store(session, code=code, name="南京路店", return_days=return_days, now=now)
            store_id = store.id
            session.flush()  # the key refers to it
        key = stores.create_till_key(session, store_id, scopes=scopes, rng=Random(next(_keys)), now=now)
    return Till(_opener(app), key.app_key, key.secret, runtime.clock.now)


def store_of(app: CallApp, till: Till) -> int:
    """The store that a till stands in."""
    runtime: Runtime = app.extensions["runtime"]
    with runtime.sessions.read() as session:
        key = stores.till_key(session, till.app_key)
    assert key is not None
    return key.store_id


def _opener(app: CallApp) -> Callable[..., TestResponse]:
    def send(*, path: str, **parts: Any) -> TestResponse:
        return app.test_client().open(path, **parts)  # a client a call: threads share the till

    return send
