"""Databases that a measurement makes for itself and drops when it is done."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

MARIADB = os.environ.get("TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306")


@contextmanager
def mariadb() -> Iterator[str]:
    """The URL of a new, empty MariaDB database, dropped at the end. Ends the program where no server answers."""
    name, server = f"baihui_bench_{uuid4().hex[:8]}", create_engine(MARIADB)
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
    except OperationalError:
        sys.exit("MariaDB does not answer (TEST_MYSQL_URL): nothing measured there")
    try:
        yield make_url(MARIADB).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
        server.dispose()
