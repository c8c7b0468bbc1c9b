"""The shop's door for WeChat's pushes, which does its work and now and then has its answer lost."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from backend.app import create_app
from backend.runtime import Runtime

ONE_IN = 4  # answers are lost, so that WeChat pushes again what was taken already

Answer = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: object) -> None:
        """The pushes are counted by the simulator."""


@contextmanager
def forgetful_door(runtime: Runtime) -> Iterator[str]:
    """The address where the official account's pushes are taken."""
    server = make_server("127.0.0.1", 0, _forgetful(create_app(runtime)), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/wechat/oa"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _forgetful(app: Answer) -> Answer:
    calls = iter(range(10**9))

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if next(calls) % ONE_IN:
            return app(environ, start_response)
        list(app(environ, lambda *_: lambda _: None))
        start_response("502 Bad Gateway", [("Content-Type", "text/plain")])
        return [b"lost on the way"]

    return answer
