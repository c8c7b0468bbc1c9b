from functools import cached_property
from threading import Lock
from typing import Any, Final, cast

import structlog
from flask import Response, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_openapi import Info
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix

import miniprogram_api
from backend import cashier, commands, health, oa, pictures, pos, unsubscribing
from backend.kit.bodies import check_json
from backend.kit.calls import CallApp, without_transaction
from backend.kit.errors import DomainError
from backend.kit.observe import watch
from backend.kit.openapi import SECURITY_SCHEMES, polish
from backend.kit.problems import Problem, http_problem, invalid_payload, refusal
from backend.runtime import Runtime

log = structlog.get_logger(__name__)
_writing_the_document = Lock()

LARGEST_BODY: Final = 1024 * 1024


def create_app(runtime: Runtime) -> CallApp:
    """The WSGI application with all doors open."""
    return furnish(open_doors(), runtime)


def open_doors() -> CallApp:
    """The application with all its routes, which can serve nobody before it is furnished."""
    app = _house()
    watch(app)
    app.before_request(_begin_call)
    app.register_error_handler(DomainError, refusal)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(Exception, _bug)
    app.add_url_rule("/api/docs", view_func=without_transaction(_docs))
    for door in (health, oa, cashier, pos, pictures, unsubscribing, miniprogram_api, commands):
        door.register(app)
    return app


def furnish(app: CallApp, runtime: Runtime) -> CallApp:
    """Give the application what it works with, in place of what it had."""
    app.sessions, app.clock = runtime.sessions, runtime.clock
    app.extensions["runtime"] = runtime
    oa.furnish(app, runtime)
    if runtime.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=runtime.trusted_proxies, x_proto=1)  # type: ignore[method-assign]
    return app


class BaihuiApp(CallApp):
    """The app, with an API document that says exactly what goes over the wire."""

    @cached_property
    def api_doc(self) -> dict[str, Any]:
        with _writing_the_document:
            if not self.spec_json:
                self.generate_spec_json()  # type: ignore[no-untyped-call]  # untyped in the library
                polish(self.spec_json)
            return self.spec_json


def _house() -> BaihuiApp:
    app = BaihuiApp(
        "backend",
        info=Info(title="Baihui 百汇", version="1", description="会员平台：小程序与收银接口"),
        security_schemes=SECURITY_SCHEMES,
        validation_error_model=Problem,
        validation_error_callback=invalid_payload,
        doc_prefix="/api",
        doc_url="/openapi.json",
        static_folder=None,
    )
    app.openapi_version = "3.1.0"
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of the default provider
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["SWAGGER_CONFIG"] = {"validatorUrl": None}  # the page would show the document to a server abroad
    return app


def _begin_call() -> None:
    g.now = cast("CallApp", current_app).clock.now()
    if request.path.startswith("/api/") and request.method in ("POST", "PUT"):
        check_json()


def _docs() -> ResponseReturnValue:
    return redirect("/api/swagger")


def _bug(error: Exception) -> Response:
    log.error("bug", exc_info=error, method=request.method, route=request.url_rule.rule if request.url_rule else None)
    return http_problem(InternalServerError())
