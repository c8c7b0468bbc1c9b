from typing import cast

import click
from sqlalchemy import Engine

from backend.commands.speech import Group, as_json, tell, tell_one
from backend.kit import migrations
from backend.runtime import runtime

group = Group("db", help="The schema of the database.")


@group.command()
@click.argument("revision", default=migrations.HEAD)
def upgrade(revision: str) -> None:
    """Migrate forward to REVISION (default: the newest). Does nothing when it is there already."""
    migrate(revision)
    click.echo(f"The database stands at {_current(_engine())}.")


@group.command()
@click.argument("revision")
@click.confirmation_option(prompt="Data that the older schema cannot hold is lost. Go on?")
def downgrade(revision: str) -> None:
    """Migrate back to REVISION; `base` takes everything away."""
    engine = _engine()
    migrations.downgrade(engine, revision)
    click.echo(f"The database stands at {_current(engine) or 'base'}.")


@group.command()
@as_json
def current(*, as_json: bool) -> None:
    """Show where the database stands and where this source is."""
    tell_one({"database": _current(_engine()), "source": migrations.head()}, json_wanted=as_json)


@group.command()
@as_json
def check(*, as_json: bool) -> None:
    """Compare the database with the models; exit 1 when they differ."""
    engine = _engine()
    with engine.connect() as connection:
        found = migrations.drift(connection)
    tell([{"difference": one} for one in found], json_wanted=as_json, empty="The database is what the models say.")
    if found:
        raise SystemExit(1)


@group.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a migration from the models; the database must stand at the newest one."""
    migrations.write_revision(_engine(), message)


def migrate(revision: str = migrations.HEAD) -> None:
    """Migrate forward. Raises ClickException when another process is at it."""
    try:
        migrations.upgrade(_engine(), revision)
    except migrations.MigrationsBusy:
        raise click.ClickException("another process is migrating this database") from None


def _engine() -> Engine:
    with runtime().sessions.read() as session:
        return cast("Engine", session.get_bind())


def _current(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return migrations.current(connection)
