"""A WeChat that answers whatever it is told to."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import Flask, Response
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        return


@contextmanager
def answering(body: str | Mapping[str, str], *, status: int = 200, location: str | None = None) -> Iterator[str]:
    """The base URL of a server that answers every call with `body`, or with the body of its path."""
    program = Flask("odd")
    headers = {"Location": location} if location else {}

    @program.route("/<path:path>", methods=["GET", "POST"])
    def answer(path: str) -> Response:
        return Response(body if isinstance(body, str) else body[path], status, headers)

    server = make_server("127.0.0.1", 0, program, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
