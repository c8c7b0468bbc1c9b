import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from time import monotonic, sleep
from typing import Any, ClassVar, Final, NoReturn, TypeVar

import structlog
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from backend.kit.columns import MYSQL_FAMILY, UtcDateTime
from backend.kit.engines import connect
from backend.kit.errors import Unavailable

__all__ = [
    "Model",
    "Sessions",
    "connect",
    "hold_still",
    "is_lock_trouble",
    "is_mysql_family",
    "lock_code",
    "run",
    "sessions",
]

T = TypeVar("T")

TRIES: Final = 6
PATIENCE_S: Final = 10  # whoever asks has given up by then
FIRST_PAUSE_S: Final = 0.005
MYSQL_LOCK_TROUBLE: Final = {1213, 1205, 1020, 3572}  # deadlock, lock wait, row changed (MariaDB >= 11.6), NOWAIT
MYSQL_AWAY: Final = {1040, 1053, 2002, 2003, 2006, 2013}  # too many connections, going down, unreachable, gone, lost
SQLITE_LOCK_TROUBLE: Final = re.compile("database (table )?is locked")

log = structlog.get_logger(__name__)
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


class WroteWhileReading(RuntimeError):
    """A bug: objects were changed in a session that only reads."""


def sessions(engine: Engine, **info: object) -> Sessions:
    """Session makers over an engine; `info` is what every session carries (listeners, vault)."""
    write_engine = engine.execution_options(sqlite_begin="IMMEDIATE")
    read = sessionmaker(engine, expire_on_commit=False, info=dict(info))
    event.listen(read, "before_flush", _refuse_to_write)
    return Sessions(write=sessionmaker(write_engine, expire_on_commit=False, info=dict(info)), read=read)


def run(
    make: sessionmaker[Session], work: Callable[[Session], T], *, tries: int = TRIES, patience_s: float = PATIENCE_S
) -> T:
    """Do `work` in one transaction and commit it; anything raised undoes all of it.

    Lock trouble runs the whole of `work` again with growing pauses, up to `tries` times and while `patience_s` seconds
    have not passed, then raises `Unavailable`; so does a database that cannot be reached, at once. A violated
    constraint runs it once more, so that a double tap meets the first tap's row. `work` must bear being run again.
    """
    give_up_at = monotonic() + patience_s
    constraint_seen = False
    for attempt in range(tries):
        try:
            with make.begin() as session:
                return work(session)
        except IntegrityError:
            if constraint_seen:
                raise
            constraint_seen = True
        except PoolTimeoutError as error:
            _away(error)
        except DBAPIError as error:
            if is_away(error):
                _away(error)
            if not is_lock_trouble(error):
                raise
            if monotonic() > give_up_at:
                break
            sleep(FIRST_PAUSE_S * 2**attempt * _jitter.uniform(0.5, 1.5))
    log.warning("database.contended")
    raise Unavailable


def is_lock_trouble(error: BaseException) -> bool:
    """Whether the database gave up on a lock, so that the same transaction may succeed when run again.

    A deadlock inside a savepoint takes the savepoint with it: what arrives then is the failed way back to it (1305),
    and the deadlock is its context.
    """
    return lock_code(error) is not None or (error.__context__ is not None and is_lock_trouble(error.__context__))


def lock_code(error: BaseException) -> int | str | None:
    """The driver's code (MySQL family) or text (SQLite) when the database gave up on a lock in this very statement."""
    original = error.orig if isinstance(error, OperationalError) else None
    if original is None or not original.args:
        return None
    found: int | str = original.args[0]
    if isinstance(found, str):
        return found if SQLITE_LOCK_TROUBLE.search(found) else None
    return found if found in MYSQL_LOCK_TROUBLE else None


def is_away(error: DBAPIError) -> bool:
    """Whether the database cannot be reached or hung up."""
    args = error.orig.args if error.orig is not None else ()
    return error.connection_invalidated or (bool(args) and args[0] in MYSQL_AWAY)


def is_mysql_family(session: Session) -> bool:
    """Whether the session speaks to MariaDB, MySQL or a cluster that speaks their protocol."""
    return session.get_bind().dialect.name in MYSQL_FAMILY


def hold_still(session: Session) -> None:
    """Let all that a session reads from here on be of one state, whatever others write; it must not have read yet."""
    if is_mysql_family(session):  # SQLite does so anyway
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _refuse_to_write(session: Session, *_: object) -> NoReturn:
    changed = sorted({type(row).__name__ for row in (*session.new, *session.dirty, *session.deleted)})
    raise WroteWhileReading(", ".join(changed))


def _away(error: Exception) -> NoReturn:
    log.error("database.away", error=type(error).__name__)
    raise Unavailable from error
