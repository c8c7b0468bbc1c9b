from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bench.load import load
from bench.shop import Call


class Answers(BaseHTTPRequestHandler):
    """Answers 409 on /taken, else 200, and keeps connections alive as the production server does."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(409 if self.path == "/taken" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def address():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield "127.0.0.1", server.server_port
        server.shutdown()
        thread.join()


def test_every_call_is_made_once_and_failures_are_counted(address):
    calls = [Call("POST", "/taken" if number % 5 == 0 else "/free", {}, b"x" * number) for number in range(20)]
    figures = load(address, calls, clients=3)
    assert (figures.clients, figures.failed) == (3, 4)
    assert figures.statuses == {409: 4, 200: 16}
    assert 0 < figures.p50 <= figures.p95 <= figures.p99
    assert figures.rate > 0
