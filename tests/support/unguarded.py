"""What a race does when the guards are taken away from the real code: the negative control of a race test."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from tests.support.databases import mariadb_database, migrate
from tests.support.meetings import lockless


@contextmanager
def unguarded_database(*statements: str) -> Iterator[Engine]:
    """A MariaDB database of its own, whose schema `statements` have weakened and whose readers never lock a row."""
    with mariadb_database() as engine:
        migrate(engine)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        with lockless(engine):
            yield engine
