from typing import get_args

import click

from backend import operators
from backend.commands.speech import Group, as_json, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("operators", help="The people who run the store.")

password_option = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when not given; a given one is seen by whoever sees the command.",
)


@group.command()
@click.argument("login")
@click.option("--name", "display_name", help="The name shown to others (default: the login).")
@click.option("--role", type=click.Choice(get_args(operators.Role)), default="operator", show_default=True)
@password_option
@as_json
def create(login: str, *, display_name: str | None, role: operators.Role, password: str, as_json: bool) -> None:
    """Make an account for LOGIN."""
    here = runtime()
    operator = run(
        here.sessions.write,
        lambda session: operators.create(
            session,
            login=login,
            password=password,
            display_name=display_name or login,
            role=role,
            now=here.clock.now(),
        ),
    )
    tell_one({"id": str(operator.id), "login": operator.login, "role": operator.role}, json_wanted=as_json)


@group.command("reset-password")
@click.argument("login")
@password_option
def reset_password(login: str, *, password: str) -> None:
    """Give LOGIN another password."""
    run(
        runtime().sessions.write,
        lambda session: operators.reset_password(session, login=login, password=password),
    )
    click.echo(f"{login} has a new password.")
