"""What a process tells about itself: a request id and a log line for each call, /metrics, /healthz, /readyz."""

import os
import re
from functools import cache
from secrets import token_hex
from time import perf_counter
from typing import Final

import structlog
from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

log = structlog.get_logger("http")

CALLS = Counter("baihui_http_requests_total", "Calls by route and status", ["method", "route", "status"])
SECONDS = Histogram(
    "baihui_http_request_seconds",
    "How long calls took",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
ACCEPTABLE_ID: Final = re.compile(r"[0-9A-Za-z_-]{8,64}")
QUIET: Final = ("/healthz", "/readyz", "/metrics")
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")  # a client may invent more, without end


def watch(app: Flask) -> None:
    """Give every call a request id (`X-Request-Id`), a log line and its place in the metrics."""
    app.before_request(_begin)
    app.after_request(_end)


def metrics() -> Response:
    """The metrics of all web processes of this machine, in the text format of Prometheus."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped in the library
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if ACCEPTABLE_ID.fullmatch(given) else token_hex(16)
    g.started = perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    took = perf_counter() - g.get("started", perf_counter())
    route = request.url_rule.rule if request.url_rule else "unknown"
    method = request.method if request.method in METHODS else "other"
    count, seconds = _meters(method, route, response.status_code)
    count.inc()
    seconds.observe(took)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if route not in QUIET:
        # the route and not the path: a path may hold an order number
        log.info("call", method=method, route=route, status=response.status_code, ms=round(took * 1000, 1))
    return response


@cache  # finding them by their labels would take longer than all the rest here
def _meters(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return CALLS.labels(method, route, status), SECONDS.labels(method, route)
