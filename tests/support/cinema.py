"""A partner's API over real HTTP, which signs with the tests' own code, with switches for its faults."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.support.till import signature

SECRET = "their-secret"


class Cinema:
    """Keeps exchanges by reference, in its own points. `faults` are used up one a call:

    (step, fault): "drop" does the work and says nothing, "500" does it and says so wrongly, "deaf" does nothing,
    "slow" answers after a moment, "refuse" is definite, "greedy" would give something else than was agreed.
    """

    def __init__(self) -> None:
        self.exchanges: dict[str, dict[str, Any]] = {}
        self.faults: list[tuple[str, str]] = []
        self.asked: list[str] = []
        self.gave = 0
        self.slow_s = 0.0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        step = self._step(request)
        with self._lock:
            self.asked.append(step)
            fault = self._fault(step)
            reply = self._signed(request) or self._answer(request, step, fault)
        if fault == "drop":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        if fault == "slow":
            time.sleep(self.slow_s)
        return (Response("oops", 500) if fault in {"500", "deaf"} else reply)(environ, start)

    def state(self, ref: str) -> str | None:
        return self.exchanges[ref]["status"] if ref in self.exchanges else None

    def _fault(self, step: str) -> str | None:
        for place, (where, fault) in enumerate(self.faults):
            if where == step:
                del self.faults[place]
                return fault
        return None

    def _step(self, request: Request) -> str:
        if request.method == "GET":
            return "state"
        return "confirm" if request.path.endswith("/confirm") else "prepare"

    def _signed(self, request: Request) -> Response | None:
        said = request.headers
        right = signature(
            SECRET, request.method, request.path, int(said["X-Timestamp"]), said["X-Nonce"], request.get_data()
        )
        return None if said["X-Signature"] == right and said["X-App-Key"] == "baihui" else Response("{}", 401)

    def _answer(self, request: Request, step: str, fault: str | None) -> Response:
        if fault == "deaf":
            return Response("oops", 500)
        if fault == "refuse":
            if step == "confirm":
                self.exchanges[request.path.split("/")[-2]]["status"] = "lapsed"
            return _json({"code": "member-frozen", "detail": "会员已冻结"}, 409)
        if step == "prepare":
            return self._prepare(json.loads(request.get_data()), fault)
        ref = request.path.split("/")[-2 if step == "confirm" else -1]
        if ref not in self.exchanges:
            return _json({"code": "unknown"}, 404)
        kept = self.exchanges[ref]
        if step == "confirm" and kept["status"] == "prepared":
            kept["status"] = "confirmed"
            self.gave += kept["amount"]
        return _json(kept, 200)

    def _prepare(self, wish: dict[str, Any], fault: str | None) -> Response:
        amount = wish["amount"] - 1 if fault == "greedy" else wish["amount"]
        kept = self.exchanges.setdefault(wish["ref"], {"ref": wish["ref"], "status": "prepared", "amount": amount})
        return _json(kept, 200)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object, **__: object) -> None:
        """Say nothing among the tests' output."""


@contextmanager
def open_cinema() -> Iterator[tuple[Cinema, str]]:
    """A cinema that listens, and its address."""
    cinema = Cinema()
    server = make_server("127.0.0.1", 0, cinema, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield cinema, f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
