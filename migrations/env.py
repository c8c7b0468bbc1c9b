from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

import backend.models  # noqa: F401  every table must be known to the metadata
from backend.kit.columns import UtcDateTime
from backend.kit.db import Model, connect
from config.settings import Settings


def run(connection: Connection) -> None:
    """Run the migrations over a connection; batch mode, because SQLite cannot alter most things in place."""
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_rendered,
    )
    with context.begin_transaction():
        context.run_migrations()


def _rendered(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Our instants in Alembic's own words: a migration must not change when the product's code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from sqlalchemy.dialects import mysql")
        return 'sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")'
    return False


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connect(Settings().database_url).connect() as own:
        run(own)
        own.commit()
