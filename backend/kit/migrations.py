"""The schema's history: where a database stands, and how it is brought elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from backend.kit.columns import MYSQL_FAMILY
from backend.kit.db import Model

FOLDER: Final = Path(__file__).parents[2] / "migrations"
LOCK: Final = "CONCAT('baihui-', MD5(DATABASE()))"  # such locks are the server's, not the database's
LOCK_WAIT_S: Final = 60
ASK_FOR_S: Final = 10  # less than a connection waits for an answer
HEAD: Final = "head"


class MigrationsBusy(Exception):
    """Another process is migrating the same database and did not finish in time."""


class BrokenReferences(Exception):
    """A migration would leave rows that point nowhere; it was undone."""


def head() -> str | None:
    """The newest migration that this source knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revisions() -> list[str]:
    """Every migration that this source knows, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def current(connection: Connection) -> str | None:
    """The migration that the database stands at, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = HEAD, *, wait_s: int = LOCK_WAIT_S) -> None:
    """Migrate forward. On SQLite all or nothing; MariaDB and MySQL commit each step.

    One process at a time; raises MigrationsBusy when another one has not finished in `wait_s` seconds.
    """
    _migrate(engine, lambda config: command.upgrade(config, revision), wait_s)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate back to `revision` (`base` for an empty database): data of what is taken away is lost."""
    _migrate(engine, lambda config: command.downgrade(config, revision), LOCK_WAIT_S)


def drift(connection: Connection) -> list[str]:
    """What the models say and the database does not, or the other way round; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [_shown(difference) for difference in compare_metadata(context, Model.metadata)]


def write_revision(engine: Engine, message: str) -> None:
    """Write a migration file with what the models say and the database, which stands at head, does not."""
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def _migrate(engine: Engine, work: Callable[[Config], None], wait_s: int) -> None:
    with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection, _alone(connection, wait_s):
        config = _config()
        config.attributes["connection"] = connection
        work(config)
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
            raise BrokenReferences
        connection.commit()


@contextmanager
def _alone(connection: Connection, wait_s: int) -> Iterator[None]:
    if connection.dialect.name not in MYSQL_FAMILY:
        with _without_foreign_keys(connection):
            yield
        return
    while not connection.scalar(text(f"SELECT GET_LOCK({LOCK}, :wait)"), {"wait": min(wait_s, ASK_FOR_S)}):
        wait_s -= ASK_FOR_S
        if wait_s <= 0:
            raise MigrationsBusy
    try:
        yield
    finally:
        connection.execute(text(f"SELECT RELEASE_LOCK({LOCK})"))


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by making it anew, which its foreign keys would take for deletion of all rows."""
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]  # before BEGIN, within it has no effect
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]  # the connection goes back to the pool


def _shown(difference: object) -> str:
    change = difference[0] if isinstance(difference, list) else difference
    return " ".join(str(part) for part in change) if isinstance(change, tuple) else str(change)
