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


@group.command("list")
@click.option("--member-id", type=int, help="Of this member only.")
@click.option("--status", type=click.Choice([str(one) for one in messaging.Status]), help="In this state only.")
@click.option("--before", "before_id", type=int, help="Older ones than this message.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1, max=1000))
@as_json
def list_(*, member_id: int | None, status: str | None, before_id: int | None, limit: int, as_json: bool) -> None:
    """List the newest messages, and where each is."""
    wanted = messaging.Status(status) if status else None
    with runtime().sessions.read() as session:
        found = messaging.tracked(session, member_id=member_id, status=wanted, before_id=before_id, limit=limit)
    rows = [{**asdict(one), "id": str(one.id), "member_id": str(one.member_id)} for one in found]
    tell(rows, json_wanted=as_json, empty="There are no such messages.")


@group.command()
@click.argument("message_id", type=int)
@as_json
def ways(message_id: int, *, as_json: bool) -> None:
    """Show how a message fared in each channel, and what that cost."""
    with runtime().sessions.read() as session:
        found = messaging.ways_of(session, message_id)
    tell([asdict(one) for one in found], json_wanted=as_json, empty="No channel is through with it.")


@group.command()
@click.argument("message_id", type=int)
@click.option("--word", "words", multiple=True, metavar="WORD=TEXT", help="Put this word of the message right.")
@as_json
def requeue(message_id: int, *, words: tuple[str, ...], as_json: bool) -> None:
    """Let a message that was given up wait again, with all its tries. It may then be shown a second time."""
    here, right = runtime(), dict(map(_word, words))
    run(here.sessions.write, lambda session: messaging.requeue(session, message_id, words=right, now=here.clock.now()))
    tell_one({"id": str(message_id), "status": str(messaging.Status.WAITING)}, json_wanted=as_json)


def _word(given: str) -> tuple[str, str]:
    word, sign, text = given.partition("=")
    if not sign:
        raise click.BadParameter(f"{given} is not of the form WORD=TEXT", param_hint="--word")
    return word, text
