import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from time import sleep
from typing import Any, ClassVar, TypeVar

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from backend.kit.columns import MYSQL_FAMILY, UtcDateTime
from backend.kit.errors import Unavailable

T = TypeVar("T")

TRIES = 6
FIRST_PAUSE_S = 0.005
MYSQL_LOCK_TROUBLE = {1213, 1205, 1020, 3572}  # deadlock, lock wait time-out, row changed (MariaDB >= 11.6), NOWAIT
SQLITE_LOCK_TROUBLE = re.compile("database (table )?is locked")

_jitter = SystemRandom()


class Model(DeclarativeBase):
    """The base of every table. Constraint names are fixed, so that migrations are the same on every engine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime()}


@dataclass(frozen=True)
class Sessions:
    """Makers of sessions. `write` takes the write lock at once on SQLite; `read` never waits for a writer."""

    write: sessionmaker[Session]
    read: sessionmaker[Session]


def connect(url: str, *, pool_size: int = 4) -> Engine:
    """An engine for SQLite or a MySQL-family server, with the settings that the promises of the ledger rest on."""
    parsed = make_url(url)
    return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _mysql(parsed, pool_size)


def sessions(engine: Engine, **info: object) -> Sessions:
    """Session makers over an engine; `info` is what every session carries (listeners, vault)."""
    write_engine = engine.execution_options(sqlite_begin="IMMEDIATE")
    return Sessions(
        write=sessionmaker(write_engine, expire_on_commit=False, info=dict(info)),
        read=sessionmaker(engine, expire_on_commit=False, info=dict(info)),
    )


def run(make: sessionmaker[Session], work: Callable[[Session], T]) -> T:
    """Do `work` in one transaction and commit it; anything raised undoes all of it.

    Lock trouble runs the whole of `work` again, a few times with growing pauses, then raises `Unavailable`. A violated
    constraint runs it once more, so that a double tap meets the first tap's row. `work` must bear being run again.
    """
    constraint_seen = False
    for attempt in range(TRIES):
        try:
            with make.begin() as session:
                return work(session)
        except IntegrityError:
            if constraint_seen:
                raise
            constraint_seen = True
        except OperationalError as error:
            if not is_lock_trouble(error):
                raise
            sleep(FIRST_PAUSE_S * 2**attempt * _jitter.uniform(0.5, 1.5))
    raise Unavailable


def is_lock_trouble(error: OperationalError) -> bool:
    """Whether the database gave up on a lock, so that the same transaction may succeed when run again."""
    original = error.orig
    if original is None or not original.args:
        return False
    return original.args[0] in MYSQL_LOCK_TROUBLE or bool(SQLITE_LOCK_TROUBLE.search(str(original.args[0])))


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 15})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver would say it too late and lose updates
    # synchronous=FULL: a confirmed purchase survives a power cut
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN " + connection.get_execution_options().get("sqlite_begin", "DEFERRED"))


def _mysql(url: URL, pool_size: int) -> Engine:
    return create_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=pool_size,
        max_overflow=2,
        pool_timeout=10,
        connect_args={
            "init_command": "SET time_zone='+00:00', innodb_lock_wait_timeout=5",
            "connect_timeout": 3,
            "read_timeout": 30,
            "write_timeout": 30,
        },
    )


def is_mysql_family(session: Session) -> bool:
    """Whether the session speaks to MariaDB, MySQL or a cluster that speaks their protocol."""
    return session.get_bind().dialect.name in MYSQL_FAMILY
