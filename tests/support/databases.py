"""Databases for tests: a SQLite file copied for each test, a MariaDB database emptied for each test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pymysql
from sqlalchemy import Delete, Engine, Table, make_url, text

import backend.models  # noqa: F401  every table must be known to the metadata
from backend.kit import migrations
from backend.kit.db import Model, connect

MARIADB_URL = os.environ.get("TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306")


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
    """The schema, as the migrations make it."""
    migrations.upgrade(engine)


def empty(engine: Engine) -> None:
    """Delete all rows, so that the next test finds a fresh database."""
    with engine.begin() as connection:
        connection.execute(text("SET foreign_key_checks=0"))
        for table in Model.metadata.tables.values():
            connection.execute(_rows_of_tests(table))
        connection.execute(text("SET foreign_key_checks=1"))


def _rows_of_tests(table: Table) -> Delete:
    """All rows, but for the first books of rules, which come with the schema."""
    return table.delete().where(table.c.version > 1) if table.name == "rule_books" else table.delete()
