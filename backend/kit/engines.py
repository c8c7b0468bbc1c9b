"""How an engine is set up, so that the promises of the ledger hold on SQLite and on the MySQL family alike."""

import sqlite3
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any, Final

from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE_BUSY_MS: Final = 5_000
WRITING: Final = "has the writers' turn"
MYSQL_LOCK_WAIT_S: Final = 5
# not what the server happens to be set to: a value that does not fit must be refused, never cut
MYSQL_SQL_MODE: Final = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"


def connect(url: str, *, pool_size: int = 4) -> Engine:
    """An engine for SQLite or a MySQL-family server; it connects when first used.

    SQLite: WAL, foreign keys on, every commit on disk. MariaDB and MySQL: READ COMMITTED, utf8mb4, UTC, strict.
    Errors never show the values of a statement: they end in logs.
    """
    parsed = make_url(url)
    return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _mysql(parsed, pool_size)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True)
    turn = WriterTurn()
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: _begin_sqlite(connection, turn))
    event.listen(engine, "checkin", turn.give_back)
    event.listen(engine, "invalidate", turn.give_back)
    return engine


class WriterTurn:
    """Lets the writers of one process write one after another.

    SQLite has one writer at a time. Who waits inside SQLite asks again after ever longer sleeps and is overtaken by
    whoever comes at the right moment; who waits here is woken at once. Processes still meet in SQLite.
    """

    def __init__(self) -> None:
        self._lock = Lock()

    def take(self, connection: Connection) -> None:
        """Wait for the turn, but not for ever: after that SQLite decides."""
        if WRITING not in connection.info and self._lock.acquire(timeout=SQLITE_BUSY_MS / 1000):
            connection.info[WRITING] = True

    def give_back(self, _connection: object, record: ConnectionPoolEntry, *_error: object) -> None:
        """Let the next one write, when a connection that wrote is done."""
        if record.info.pop(WRITING, False):
            self._lock.release()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver would say it too late and lose updates
    # busy_timeout first: turning WAL on may itself have to wait. synchronous=FULL: a confirmed purchase survives a
    # power cut
    for pragma in (f"busy_timeout={SQLITE_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("sha256", 1, _sha256, deterministic=True)  # the others bring one along


def _sha256(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _begin_sqlite(connection: Connection, turn: WriterTurn) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    if mode == "IMMEDIATE":
        turn.take(connection)
    statement = f"BEGIN {mode}"
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(statement)  # past SQLAlchemy's own execution: that takes ten times as long, every call
    except sqlite3.OperationalError as error:
        raise OperationalError(statement, None, error) from error


def _mysql(url: URL, pool_size: int) -> Engine:
    return create_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=pool_size,
        max_overflow=2,
        pool_timeout=10,
        connect_args={
            # the driver's own way is a pattern and a loop for each instant, which shows where many rows are read
            "conv": {**conversions, FIELD_TYPE.DATETIME: datetime.fromisoformat},
            "init_command": (
                f"SET time_zone='+00:00', innodb_lock_wait_timeout={MYSQL_LOCK_WAIT_S}, sql_mode='{MYSQL_SQL_MODE}'"
            ),
            "connect_timeout": 3,
            "read_timeout": 30,
            "write_timeout": 30,
        },
    )
