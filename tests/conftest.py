import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

import pytest
import structlog
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import Engine, ExceptionContext, event
from sqlalchemy.orm import Session

from backend.app import furnish, open_doors
from backend.kit.calls import CallApp
from backend.kit.clock import FixedClock
from backend.kit.db import Sessions, connect, is_lock_trouble
from backend.runtime import Runtime
from tests.support.clocks import MORNING
from tests.support.databases import empty, mariadb_answers, mariadb_database, migrate, sqlite_copy
from tests.support.halving import spared
from tests.support.redis_servers import REDIS_URL, redis_answers
from tests.support.runtimes import make_runtime
from tests.support.statements import statements_of

SERVICES_REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"
NEEDS_MARIADB = "wants MariaDB (TEST_MYSQL_URL, or root without password on 127.0.0.1:3306)"

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")

NEEDS_REDIS = "wants Redis (TEST_REDIS_URL, or 127.0.0.1:6379)"

_wanting: set[str] = set()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def mariadb_engine() -> Iterator[Engine]:
    if not mariadb_answers():
        if SERVICES_REQUIRED:
            pytest.fail(f"REQUIRE_SERVICES=1 and this test {NEEDS_MARIADB}")
        pytest.skip(NEEDS_MARIADB)
    with mariadb_database() as engine:
        migrate(engine)
        yield engine


@pytest.fixture
def mariadb(mariadb_engine: Engine) -> Iterator[Engine]:
    """An empty MariaDB database, for tests that race over real connections."""
    empty(mariadb_engine)
    return mariadb_engine


@pytest.fixture
def deadlocks(mariadb: Engine) -> Iterator[list[str | None]]:
    """Lock trouble met on the way: retries hide it from the members, not from here."""
    met: list[str | None] = []

    def note(context: ExceptionContext) -> None:
        if is_lock_trouble(context.sqlalchemy_exception):
            met.append(context.statement)

    event.listen(mariadb, "handle_error", note)
    yield met
    event.remove(mariadb, "handle_error", note)


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database; every test that asks for one runs on each engine."""
    if request.param == "mariadb":
        yield request.getfixturevalue("mariadb")
    else:
        folder, template = request.getfixturevalue("tmp_path"), request.getfixturevalue("sqlite_template")
        with sqlite_copy(template, folder) as engine:
            yield engine


@pytest.fixture(params=["sqlite", "mariadb"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without any table, on each engine."""
    if request.param == "mariadb":
        request.getfixturevalue("mariadb_engine")  # skips, or fails, where no server answers
        with mariadb_database() as engine:
            yield engine
    else:
        engine = connect(f"sqlite:///{tmp_path / 'blank.db'}")
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "mariadb"])
def movable(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database of its own at the newest migration, to be led down and up, on each engine."""
    if request.param == "mariadb":
        request.getfixturevalue("mariadb_engine")  # its schema is what the other one is made alike
        with mariadb_database() as engine:
            migrate(engine)
            yield engine
    else:
        folder, template = request.getfixturevalue("tmp_path"), request.getfixturevalue("sqlite_template")
        with sqlite_copy(template, folder) as engine:
            yield engine


@pytest.fixture(scope="session")
def redis_url() -> str:
    if not redis_answers():
        if SERVICES_REQUIRED:
            pytest.fail(f"REQUIRE_SERVICES=1 and this test {NEEDS_REDIS}")
        pytest.skip(NEEDS_REDIS)
    return REDIS_URL


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MORNING)


@pytest.fixture
def rng() -> Random:
    return Random(20260301)


@pytest.fixture
def runtime(engine: Engine, clock: FixedClock) -> Runtime:
    return make_runtime(engine, clock)


@pytest.fixture
def sessions(runtime: Runtime) -> Sessions:
    return runtime.sessions


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    """A write session whose work is undone after the test."""
    with sessions.write() as session:
        yield session


@pytest.fixture(scope="session")
def doors() -> CallApp:
    """The application without what it works with: opening some hundred routes takes longer than most tests."""
    return open_doors()


@pytest.fixture
def app(doors: CallApp, runtime: Runtime) -> CallApp:
    return furnish(doors, runtime)


@pytest.fixture
def client(app: CallApp) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def count_statements() -> Callable[[Session], AbstractContextManager[list[str]]]:
    """`with count_statements(session) as said:` collects the SQL statements said meanwhile."""
    return statements_of


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--both-engines", action="store_true", help="run also the tests that one engine is enough for")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    dropped = set() if config.getoption("--both-engines") else spared(items)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in dropped])
    items[:] = [item for item in items if item.nodeid not in dropped]


def pytest_configure() -> None:
    _log_to_pytest()
    gc.set_threshold(50_000, 20, 50)  # of what tests leave behind; the usual 700 costs a sixth of their time


def pytest_collection_finish() -> None:
    gc.freeze()  # what is imported and collected by now stays to the end, and is looked at no more


def pytest_runtest_teardown() -> None:
    """A test that set up the logs of a real process did so for itself alone."""
    _log_to_pytest()


def _log_to_pytest() -> None:
    """Log lines go where pytest collects them; a failing test shows its own."""
    structlog.reset_defaults()  # also what is not told below
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and "wants " in str(report.longrepr):
        _wanting.add(report.nodeid.partition("::")[0])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _wanting:
        terminalreporter.section("parts that wanted MariaDB or Redis and did not run")
        for path in sorted(_wanting):
            terminalreporter.line(path)
