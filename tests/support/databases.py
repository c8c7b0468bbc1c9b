"""Databases for tests: a SQLite file copied for each test, a MariaDB database emptied for each test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pymysql
from sqlalchemy import ColumnElement, Connection, Engine, Table, exists, make_url, select, text, true

import backend.models  # noqa: F401  every table must be known to the metadata
from backend.kit import migrations
from backend.kit.columns import MYSQL_FAMILY
from backend.kit.db import Model, connect

MARIADB_URL = os.environ.get("TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306")

Made = tuple[str, list[tuple[object, ...]]]
_made: dict[str, Made] = {}  # by table: the statement that makes it, and the rows that come with the schema


def mariadb_answers() -> bool:
    """Whether a MySQL-family server can be used by these tests."""
    url = make_url(MARIADB_URL)
    with suppress(pymysql.MySQLError):
        pymysql.connect(
            host=url.host or "127.0.0.1",
            port=url.port or 3306,
            user=url.username or "root",
            password=url.password or "",
            connect_timeout=2,
        ).close()
        return True
    return False


@contextmanager
def sqlite_copy(template: Path, folder: Path) -> Iterator[Engine]:
    """An engine on a copy of a migrated SQLite file."""
    path = folder / "test.db"
    shutil.copyfile(template, path)
    engine = connect(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def mariadb_database(*, pool_size: int = 40) -> Iterator[Engine]:
    """An engine on a new MariaDB database, dropped at the end. It stays empty until `migrate`."""
    name = f"baihui_test_{uuid4().hex[:12]}"
    server = connect(MARIADB_URL)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"))
    engine = connect(
        make_url(MARIADB_URL).set(database=name).render_as_string(hide_password=False), pool_size=pool_size
    )
    try:
        yield engine
    finally:
        engine.dispose()
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
        server.dispose()


def migrate(engine: Engine) -> None:
    """The schema, as the migrations make it; of a second MariaDB database in a process, as they made the first one."""
    if engine.dialect.name not in MYSQL_FAMILY:
        migrations.upgrade(engine)
    elif _made:
        _make_alike(engine)
    else:
        migrations.upgrade(engine)
        _made.update(_made_in(engine))


def empty(engine: Engine) -> None:
    """Delete all rows, so that the next test finds a fresh database."""
    with engine.begin() as connection:
        filled = _filled(connection)
        connection.execute(text("SET foreign_key_checks=0"))
        for table in filled:
            connection.execute(table.delete().where(_of_tests(table)))
        connection.execute(text("SET foreign_key_checks=1"))


def _made_in(engine: Engine) -> dict[str, Made]:
    with engine.connect() as connection:
        names = connection.execute(text("SHOW TABLES")).scalars().all()
        return {
            name: (
                connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1],
                [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")],
            )
            for name in names
        }


def _make_alike(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET foreign_key_checks=0"))  # tables come before those that they refer to
        for name, (statement, rows) in _made.items():
            connection.exec_driver_sql(statement.replace("%", "%%"))
            for row in rows:
                connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(row))})", row)
        connection.execute(text("SET foreign_key_checks=1"))


def _filled(connection: Connection) -> list[Table]:
    """The tables with rows of tests in them, asked for at once: most tests fill few of the many there are."""
    tables = list(Model.metadata.tables.values())
    found = connection.execute(select(*(exists().where(_of_tests(table)).select_from(table) for table in tables))).one()
    return [table for table, has_rows in zip(tables, found, strict=True) if has_rows]


def _of_tests(table: Table) -> ColumnElement[bool]:
    """All rows, but for the first books of rules, which come with the schema."""
    return table.c.version > 1 if table.name == "rule_books" else true()
