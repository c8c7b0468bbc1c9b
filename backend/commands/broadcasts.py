"""One message to many members: `flask broadcasts …`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO, Final, TextIO

import click

from backend import adjustments, members
from backend.commands.speech import Group, Instant, Number, as_json, json_object_in, local, progress_bar, tell, tell_one
from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import Broadcast
from backend.runtime import runtime

group = Group("broadcasts", help="One message to many members.")

MOST_STEPS: Final = 50
MOST_FAULTS: Final = 50

STEPS: Final = (
    ("approve", broadcasts.approve, "Let another operator's broadcast go to any number of members."),
    ("pause", broadcasts.pause, "Hold a broadcast where it stands, at once."),
    ("resume", broadcasts.resume, "Go on with a paused broadcast."),
    ("stop", broadcasts.stop, "End a broadcast for ever, at once; what was not sent is skipped."),
    ("withdraw", broadcasts.withdraw, "Take the messages of an ended broadcast out of all inboxes."),
)

id_argument = click.argument("broadcast_id", type=Number())
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator whose decision it is.")
note_option = click.option("--note", default="", help="A word on it; it is kept.")


@group.command()
@click.argument("name")
@click.option("--template", default="campaign", show_default=True, help="A message of the catalogue.")
@click.option("--word", "words", multiple=True, metavar="NAME=TEXT", help="A word of the message; once for each.")
@click.option("--audience", type=click.File("r"), help="A JSON file of what is asked of members; without: everybody.")
@click.option("--list", "people", type=click.File("rb"), help="A CSV file of cards, phones or member ids: only these.")
@click.option("--skip-faulty", is_flag=True, help="Leave out the lines of the list that are nobody.")
@click.option("--per-minute", type=click.IntRange(min=1), help="No more messages in a minute than that.")
@by_option
@as_json
def create(
    name: str, *, words: tuple[str, ...], audience: TextIO | None, people: BinaryIO | None, as_json: bool, **parts: Any
) -> None:
    """Draft a broadcast called NAME. A draft is never changed: make another one."""
    by, skip_faulty = parts.pop("by"), parts.pop("skip_faulty")
    wish = broadcasts.Wish(
        name,
        words=dict(map(_word, words)),
        audience=json_object_in(audience) if audience else {},
        people=_listed(people, skip_faulty=skip_faulty) if people else (),
        **parts,
    )
    made = run(runtime().sessions.write, partial(broadcasts.draft, wish=wish, by=by, now=_now()))
    tell_one(_about(made), json_wanted=as_json)


@group.command()
@id_argument
@as_json
def preview(broadcast_id: int, *, as_json: bool) -> None:
    """Tell how many members there are now, by which channels about, and what they would read."""
    here = runtime()
    with here.sessions.read() as session:
        found = broadcasts.preview(session, here.channels, broadcast_id, now=_now())
    if as_json:
        tell_one(asdict(found), json_wanted=True)
        return
    click.echo(f"{found.members} members; reckoned from {found.asked} of them:")
    tell([asdict(one) for one in found.reach], json_wanted=False, empty="No channel reaches anybody.")
    click.echo(f"only in the inbox: {found.inbox_only}\n\n{found.title}")
    tell([{"label": label, "text": text} for label, text in found.lines], json_wanted=False, empty=found.text)


@group.command("test")
@id_argument
@click.argument("card_nos", nargs=-1, required=True, metavar="CARD_NO…")
@by_option
def send_test(broadcast_id: int, card_nos: tuple[str, ...], *, by: str) -> None:
    """Send the message to a few members as a test, whatever the broadcast has come to."""
    here = runtime()
    with here.sessions.read() as session:
        people = [members.by_card_no(session, card_no).id for card_no in card_nos]
    send = partial(broadcasts.send_test, broadcast_id=broadcast_id, member_ids=people, by=by, now=_now())
    run(here.sessions.write, send)
    click.echo(f"Told {len(set(people))} members; it goes out as any message of its kind.")


@group.command()
@id_argument
@click.option("--at", type=Instant(), help="Not before this instant.")
@by_option
@note_option
@as_json
def start(broadcast_id: int, *, at: datetime | None, by: str, note: str, as_json: bool) -> None:
    """Let the jobs plan and send a draft, at once or later; `plan` does the planning by hand."""
    _decide(partial(broadcasts.start, at=at), broadcast_id, by=by, note=note, as_json=as_json)


@group.command()
@id_argument
@as_json
def plan(broadcast_id: int, *, as_json: bool) -> None:
    """Decide all messages of a started broadcast now. May be stopped at any point and run again, also beside jobs."""
    here = runtime()
    with here.sessions.read() as session:
        found = broadcasts.broadcast(session, broadcast_id)
    with progress_bar() as bar:
        task = bar.add_task("Members", total=found.expected, completed=found.planned)
        one = partial(broadcasts.plan_slice, broadcast_id=broadcast_id, now=_now(), limit=broadcasts.SLICE)
        while (count := run(here.sessions.write, one)) is not None:
            bar.advance(task, count)
    _show(broadcast_id, as_json=as_json)


@group.command()
@id_argument
@as_json
def show(broadcast_id: int, *, as_json: bool) -> None:
    """Show how far a broadcast is, what each channel did for it, and who decided what. Seconds for a million."""
    _show(broadcast_id, as_json=as_json)


@group.command("list")
@click.option("--status", type=click.Choice([str(stage) for stage in broadcasts.Stage]), help="Only these.")
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show_all(*, as_json: bool, **wanted: Any) -> None:
    """List broadcasts, newest first."""
    with runtime().sessions.read() as session:
        rows = [_about(one) for one in broadcasts.page(session, **wanted)]
    tell(rows, json_wanted=as_json, empty="There are no such broadcasts.")


def _now() -> datetime:
    return runtime().clock.now()


def _word(given: str) -> tuple[str, str]:
    name, equals, text = given.partition("=")
    if not equals:
        raise click.UsageError(f"{given} is no NAME=TEXT")
    return name, text


def _listed(file: BinaryIO, *, skip_faulty: bool) -> Sequence[int]:
    """The members of a list; ends the command where a line is nobody, unless such lines are to be left out."""
    with runtime().sessions.read() as session:
        drawn = adjustments.draw_up(session, file.read(), points=1, now=_now())
    if drawn.faults and not (skip_faulty and drawn.gifts):
        for fault in drawn.faults[:MOST_FAULTS]:
            click.echo(f"line {fault.no}: {fault.words}", err=True)
        raise click.ClickException(f"{len(drawn.faults)} lines are nobody who can be told")
    return [gift.member_id for gift in drawn.gifts]


def _decide(verb: Callable[..., Broadcast], broadcast_id: int, *, as_json: bool, **parts: str) -> None:
    decided = run(runtime().sessions.write, partial(verb, broadcast_id=broadcast_id, now=_now(), **parts))
    tell_one(_about(decided), json_wanted=as_json)


def _show(broadcast_id: int, *, as_json: bool) -> None:
    with runtime().sessions.read() as session:
        found = broadcasts.broadcast(session, broadcast_id)
        progress = asdict(broadcasts.progress(session, broadcast_id, now=_now()))
        reached = [asdict(one) for one in broadcasts.reached(session, broadcast_id)]
        steps = broadcasts.steps(session, broadcast_id, limit=MOST_STEPS)
    said = [f"{local(one.at)} {one.by} {one.what} {one.note}".rstrip() for one in steps]
    tell_one({**_about(found), **progress, "channels": reached, "steps": said}, json_wanted=as_json)


def _about(one: Broadcast) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "template": one.template,
        "kind": one.kind,
        "status": one.status,
        "expected": one.expected,
        "planned": one.planned,
        "made_by": one.made_by,
        "approved_by": one.approved_by,
        "starts_at": local(one.starts_at),
        "ended_at": local(one.ended_at),
        "withdrawn_at": local(one.withdrawn_at),
    }


for _name, _verb, _about_it in STEPS:
    _taken = id_argument(by_option(note_option(as_json(partial(_decide, _verb)))))
    group.command(_name, help=_about_it)(_taken)
