from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session


def statements_of(session: Session) -> AbstractContextManager[list[str]]:
    """Collects the SQL statements that a session says."""
    return statements_on(session.connection())


@contextmanager
def statements_on(target: Engine | Connection) -> Iterator[list[str]]:
    """Collects the SQL statements said on a connection, or on all connections of an engine."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):  # only SQLite's is said aloud
            said.append(statement)

    event.listen(target, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(target, "before_cursor_execute", note)
