"""The command line, a door like the others: `flask --app wsgi GROUP COMMAND`."""

from flask import Flask

from backend.commands import db

GROUPS = (db.group,)


def register(app: Flask) -> None:
    """Open the door."""
    for group in GROUPS:
        app.cli.add_command(group)
