from flask import Flask, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from backend.wechat.simulator import api, browser, control, pay_service, phone, samples, sms_service
from backend.wechat.simulator.config import SimulatorConfig
from backend.wechat.simulator.world import World, world_of

__all__ = ["create_simulator", "make_simulator_server", "world_of"]

POLICY = (
    "default-src 'self'; img-src 'self' data: http: https:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)


def create_simulator(config: SimulatorConfig) -> Flask:
    """The simulated WeChat as a WSGI program, with its state opened."""
    program = Flask(__name__)
    program.extensions["world"] = World(config)
    program.register_blueprint(control.blueprint)
    program.register_blueprint(phone.blueprint)
    program.register_blueprint(samples.blueprint)
    program.register_blueprint(browser.blueprint)
    program.register_blueprint(sms_service.blueprint)
    program.register_blueprint(pay_service.blueprint)
    program.register_blueprint(pay_service.handset)
    program.register_blueprint(api.blueprint)
    program.after_request(_guard)
    return program


def make_simulator_server(program: Flask, *, host: str = "127.0.0.1", port: int = 0) -> BaseWSGIServer:
    """A server for it, of threads; the port is `server.port`. Only this server can drop connections on demand."""
    return make_server(host, port, program, threaded=True, request_handler=_Connection)


class _Connection(WSGIRequestHandler):
    disable_nagle_algorithm = True
    timeout = 60

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name is werkzeug's
        """Silent: the page and `/_sim/calls` show the calls."""


def _guard(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
