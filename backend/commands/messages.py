from dataclasses import asdict

import click

from backend import messaging
from backend.commands.speech import Group, as_json, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("messages", help="Messages to members.")


@group.command()
@as_json
def deliver(*, as_json: bool) -> None:
    """Deliver all that is due now, and say what became of it."""
    outcomes = messaging.deliver_due(runtime())
    rows = [{"status": status, "attempts": count} for status, count in sorted(outcomes.items())]
    tell(rows, json_wanted=as_json, empty="Nothing was due.")


@group.command()
@click.argument("name", type=click.Choice(sorted(messaging.CATALOGUE)))
@as_json
def preview(name: str, *, as_json: bool) -> None:
    """Show a message as the official account would draw it, with its sample words."""
    template = messaging.CATALOGUE[name]
    values = messaging.fields(template, template.sample)
    rows = [{"label": one.label, "value": values[one.key], "key": one.key} for one in template.official_account]
    if not as_json:
        click.echo(template.title)
    tell(rows, json_wanted=as_json, empty="This message has no fields.")


@group.command("dead-letters")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1, max=1000))
@as_json
def dead_letters(*, limit: int, as_json: bool) -> None:
    """List the newest messages that were given up, and why."""
    with runtime().sessions.read() as session:
        letters = messaging.dead_letters(session, limit=limit)
    rows = [{**asdict(letter), "id": str(letter.id), "member_id": str(letter.member_id)} for letter in letters]
    tell(rows, json_wanted=as_json, empty="No message was given up.")


@group.command()
@click.argument("message_id", type=int)
@as_json
def requeue(message_id: int, *, as_json: bool) -> None:
    """Let a message that was given up wait again, with all its tries. It may then be shown a second time."""
    here = runtime()
    run(here.sessions.write, lambda session: messaging.requeue(session, message_id, now=here.clock.now()))
    tell_one({"id": str(message_id), "status": str(messaging.Status.WAITING)}, json_wanted=as_json)
