from alembic import context
from sqlalchemy import Connection

import backend.models  # noqa: F401  every table must be known to the metadata
from backend.kit.db import Model, connect
from config.settings import Settings


def run(connection: Connection) -> None:
    """Run the migrations over a connection; batch mode, because SQLite cannot alter most things in place."""
    context.configure(connection=connection, target_metadata=Model.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connect(Settings().database_url).connect() as own:
        run(own)
        own.commit()
