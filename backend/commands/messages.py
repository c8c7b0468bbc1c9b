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
@click.option("--word", "words", multiple=True, metavar="WORD=TEXT", help="Say this instead of the sample's word.")
@click.option(
    "--channel", "rendering", type=click.Choice(messaging.RENDERINGS), help="As this one says it (default: all)."
)
@as_json
def preview(name: str, *, words: tuple[str, ...], rendering: str | None, as_json: bool) -> None:
    """Show a message as each channel says it, with its sample words, and what did not fit."""
    said = dict(map(_word, words))
    rows = [
        {
            "channel": one,
            "label": line.label,
            "value": line.shown,
            "key": line.key,
            "cut": line.wanted if line.cut else None,
        }
        for one in ([rendering] if rendering else messaging.RENDERINGS)
        for line in messaging.preview(name, one, said)
    ]
    if not as_json:
        click.echo(messaging.CATALOGUE[name].title)
    tell(rows, json_wanted=as_json, empty="This message is not said that way.")


@group.command()
@as_json
def catalogue(*, as_json: bool) -> None:
    """List all messages: their kind, when they may go out, how they are said, and whether a template id is set."""
    set_ids = runtime().template_ids
    rows = [{**asdict(one), "template_id_set": one.name in set_ids} for one in messaging.listed()]
    tell(rows, json_wanted=as_json, empty="The catalogue is empty.")


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


def _word(given: str) -> tuple[str, str]:
    word, sign, text = given.partition("=")
    if not sign:
        raise click.BadParameter(f"{given} is not of the form WORD=TEXT", param_hint="--word")
    return word, text
