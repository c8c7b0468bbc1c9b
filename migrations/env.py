from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropTableOp, MigrationScript, ModifyTableOps
from sqlalchemy import Column, Connection, text

import backend.models  # noqa: F401  every table must be known to the metadata
from backend.kit.columns import MYSQL_FAMILY, UtcDateTime
from backend.kit.db import Model, connect
from config.settings import Settings


def run(connection: Connection) -> None:
    """Run the migrations over a connection; batch mode, because SQLite cannot alter most things in place."""
    _check_character_set(connection)
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_rendered,
        process_revision_directives=_without_needless_drops,
    )
    with context.begin_transaction():
        context.run_migrations()


def _rendered(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Our instants in Alembic's own words, and keys that we make ourselves, which the database must not count."""
    if isinstance(item, UtcDateTime):
        autogen.imports.add("from sqlalchemy.dialects import mysql")
        return 'sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")'
    if kind == "column" and isinstance(item, Column) and item.primary_key:
        item.autoincrement = False
    return False


def _without_needless_drops(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
    """A dropped table takes its indexes along; MySQL refuses to drop one that a foreign key needs (1553)."""
    for script in directives:
        downgrade = script.downgrade_ops
        if downgrade is not None:
            dropped = {one.table_name for one in downgrade.ops if isinstance(one, DropTableOp)}
            downgrade.ops = [
                one for one in downgrade.ops if not (isinstance(one, ModifyTableOps) and one.table_name in dropped)
            ]


def _check_character_set(connection: Connection) -> None:
    """The tables take the database's own: in any other than utf8mb4 a name with a rare character would not fit."""
    if connection.dialect.name in MYSQL_FAMILY:
        found = connection.scalar(text("SELECT @@character_set_database"))
        if found != "utf8mb4":
            raise RuntimeError(f"the database's character set is {found}: ALTER DATABASE … CHARACTER SET utf8mb4")


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connect(Settings().database_url).connect() as own:
        run(own)
        own.commit()
