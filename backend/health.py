"""Whether the process is alive, whether it can serve, and its metrics."""

from functools import cache

import structlog
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from backend.kit import migrations
from backend.kit.calls import CallApp, without_transaction
from backend.kit.observe import metrics
from backend.runtime import Runtime, runtime

bp = Blueprint("health", __name__)

log = structlog.get_logger(__name__)


def register(app: CallApp) -> None:
    app.register_blueprint(bp)


@bp.get("/healthz")
@without_transaction
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@without_transaction
def ready() -> ResponseReturnValue:
    """The database answers and its migrations are at head, the cache answers. 503 names what is missing."""
    found = {"database": _database(runtime()), "cache": _cache(runtime())}
    good = all(state == "ok" for state in found.values())
    return jsonify(status="ok" if good else "unready", **found), 200 if good else 503


bp.add_url_rule("/metrics", view_func=without_transaction(metrics))


@cache
def head() -> str | None:
    """The newest migration that this source knows, read from the disk once: the source of a process does not change."""
    return migrations.head()


def _database(part: Runtime) -> str:
    try:
        with part.sessions.read() as session:
            at = migrations.current(session.connection())
    except SQLAlchemyError as error:
        log.warning("health.database-away", reason=type(error).__name__)
        return "away"
    return "ok" if at == head() else "migrations are not at head"


def _cache(part: Runtime) -> str:
    try:
        part.cache.ping()
    except ConnectionError:
        return "away"
    return "ok"
