"""The floor: the statements of real calls, said again by the bare driver (sqlite3, PyMySQL), one transaction a call."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import sessionmaker

from backend.app import create_app
from backend.kit.db import Sessions
from backend.runtime import Runtime
from bench.shop import Call

WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Said:
    """The statements of one call, as the driver was given them: (sql, parameters, many)."""

    statements: list[tuple[str, Any, bool]] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[str, Any, bool]]:
        """What wrote the rows; of a call that only reads, what read them."""
        writes = [statement for statement in self.statements if statement[0].startswith(WRITES)]
        return writes or self.statements


def listen(runtime: Runtime, engine: Engine, calls: Sequence[Call]) -> list[Said]:
    """Make calls inside one transaction that is undone, and note what each said to the database."""
    heard = []
    with _undone(runtime, engine) as (undone, said):
        client = create_app(undone).test_client()
        for call in calls:
            said.statements = []
            answer = client.open(call.path, method=call.method, headers=call.headers, data=call.body)
            if answer.status_code >= 300:
                raise RuntimeError(f"{call.path} answered {answer.status_code}: {answer.text}")
            heard.append(Said(said.statements))
    return heard


def replay(engine: Engine, heard: Sequence[Said]) -> float:
    """Say the same through the bare driver on one connection and commit each call; returns calls a second."""
    raw = engine.raw_connection()
    cursor = raw.cursor()
    sqlite = engine.dialect.name == "sqlite"
    began = perf_counter()
    for said in heard:
        if sqlite:
            cursor.execute("BEGIN IMMEDIATE" if said.rows is not said.statements else "BEGIN")
        for sql, parameters, many in said.rows:
            (cursor.executemany if many else cursor.execute)(sql, parameters)
        raw.commit()
    took = perf_counter() - began
    raw.close()
    return len(heard) / took


@contextmanager
def _undone(runtime: Runtime, engine: Engine) -> Iterator[tuple[Runtime, Said]]:
    said = Said()

    def note(_connection: object, _cursor: object, sql: str, parameters: Any, _context: object, many: bool) -> None:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            said.statements.append((sql, parameters, many))

    with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        event.listen(connection, "before_cursor_execute", note)
        info = runtime.sessions.write.kw["info"]
        maker = sessionmaker(connection, expire_on_commit=False, info=info, join_transaction_mode="create_savepoint")
        connection.begin()
        yield replace(runtime, sessions=Sessions(write=maker, read=maker)), said
        connection.rollback()
