"""Rows that only count: made at the first time, added to at all others, by one statement that waits for nobody long."""

from sqlalchemy import Table
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Session

from backend.kit.db import Model, is_mysql_family


def count_up(session: Session, model: type[Model], key: dict[str, object], **more: int) -> None:
    """Add to the counters of the row with this primary key; where there is none it is made with them."""
    table = model.__table__
    assert isinstance(table, Table)
    row = {**key, **more}
    sums = {name: table.c[name] + amount for name, amount in more.items()}
    if is_mysql_family(session):
        session.execute(mysql.insert(table).values(row).on_duplicate_key_update(sums))
    else:
        session.execute(sqlite.insert(table).values(row).on_conflict_do_update(index_elements=list(key), set_=sums))
