"""A partner that calls us: signs as tills do, under its own prefix."""

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from backend.kit.calls import CallApp
from backend.partners import NewKey
from backend.runtime import Runtime
from tests.support.till import Till

PREFIX = "/api/partners/v1"


class Caller:
    """One key of a partner at work."""

    def __init__(self, app: CallApp, key: NewKey) -> None:
        runtime: Runtime = app.extensions["runtime"]
        self._open: Callable[..., TestResponse] = lambda **call: app.test_client().open(**call)
        self.till = Till(self._open, key.app_key, key.secret, runtime.clock.now)

    def get(self, path: str, query: str = "") -> TestResponse:
        target = PREFIX + path + (f"?{query}" if query else "")
        return self._open(path=PREFIX + path, method="GET", query_string=query, headers=self._sign("GET", target, b""))

    def post(self, path: str, body: str = "{}", **forged: Any) -> TestResponse:
        headers = self._sign("POST", PREFIX + path, body.encode(), **forged)
        return self._open(
            path=PREFIX + path, method="POST", data=body.encode(), headers=headers, content_type="application/json"
        )

    def _sign(self, method: str, target: str, body: bytes, **forged: Any) -> dict[str, str]:
        return self.till.sign(method, target, body, **forged)
