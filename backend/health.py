"""Whether the process is alive, whether it can serve, and its metrics."""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from backend.kit.calls import CallApp, without_transaction
from backend.kit.observe import metrics
from backend.runtime import Runtime, runtime

MIGRATIONS = Path(__file__).parent.parent / "migrations"

bp = Blueprint("health", __name__)


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


def head() -> str | None:
    """The newest migration that this source knows."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def _database(part: Runtime) -> str:
    try:
        with part.sessions.read() as session:
            at = MigrationContext.configure(session.connection()).get_current_revision()
    except SQLAlchemyError:
        return "away"
    return "ok" if at == head() else "migrations are not at head"


def _cache(part: Runtime) -> str:
    try:
        part.cache.ping()
    except ConnectionError:
        return "away"
    return "ok"
