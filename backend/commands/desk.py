from collections.abc import Callable
from functools import partial
from typing import Any, Final

import click
from sqlalchemy.orm import Session

from backend import conversations, members, operators
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.conversations import Conversation, Line, Matter, Stage
from backend.kit.db import run
from backend.runtime import runtime

group = Group("desk", help="Followers of the official account who wait for people, and what was said.")

LINES_SHOWN: Final = 20
conversation_argument = click.argument("conversation_id", metavar="CONVERSATION", type=Number())
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator at the desk.")
before_option = click.option("--before", "before_id", type=Number(), metavar="LINE", help="Only lines before this one.")
limit_option = click.option("--limit", default=LINES_SHOWN, show_default=True, type=click.IntRange(1, 200))

DEEDS: Final[dict[str, tuple[Callable[..., Conversation], str]]] = {
    "return": (conversations.put_back, "Put a CONVERSATION back into the queue, for a colleague."),
    "close": (conversations.close, "End a CONVERSATION: the robot answers again."),
    "reopen": (conversations.reopen, "Put a closed CONVERSATION into the queue again."),
}


@group.command()
@click.option(
    "--stage", type=click.Choice([str(stage) for stage in Stage]), default=str(Stage.WAITING), show_default=True
)
@click.option("--after", "after_id", type=Number(), metavar="CONVERSATION", help="Only those behind this one.")
@limit_option
@as_json
def queue(*, stage: str, after_id: int | None, limit: int, as_json: bool) -> None:
    """List conversations, who waits longest first, with how many messages may still be sent and until when."""
    here = runtime()
    with here.sessions.read() as session:
        place = None
        if after_id is not None:
            last = conversations.find(session, after_id)
            place = (last.waiting_since, last.id)
        found = conversations.queue(session, stage=Stage(stage), after=place, now=here.clock.now(), limit=limit)
    tell([_told(one) for one in found], json_wanted=as_json, empty="There is no such conversation.")


@group.command()
@click.argument("conversation_id", metavar="[CONVERSATION]", type=Number(), required=False)
@by_option
@as_json
def take(conversation_id: int | None, *, by: str, as_json: bool) -> None:
    """Look after a CONVERSATION that waits (default: who waits longest)."""

    def work(session: Session, by: str, **when: Any) -> Conversation:
        if conversation_id is None:
            return conversations.take_next(session, by=by, **when)
        return conversations.take(session, conversation_id, by=by, **when)

    tell_one(_done(work, by), json_wanted=as_json)


@group.command()
@conversation_argument
@before_option
@limit_option
@as_json
def show(conversation_id: int, *, before_id: int | None, limit: int, as_json: bool) -> None:
    """Show a CONVERSATION: who it is with, what may still be sent, and its newest lines."""
    here = runtime()
    with here.sessions.read() as session:
        found = conversations.find(session, conversation_id)
        told = _told(conversations.matter(session, found, now=here.clock.now()))
        lines = conversations.said_in(session, conversation_id, before_id=before_id, limit=limit)
    rows = [_line(one) for one in reversed(lines)]
    if as_json:
        tell_one({**told, "lines": rows}, json_wanted=True)
        return
    tell_one(told, json_wanted=False)
    click.echo()
    tell(rows, json_wanted=False, empty="Nothing was said.")


@group.command()
@conversation_argument
@click.argument("text")
@by_option
@as_json
def reply(conversation_id: int, text: str, *, by: str, as_json: bool) -> None:
    """Answer in a CONVERSATION that you have taken, and say what became of it; exit 1 when it did not arrive."""
    here = runtime()

    def work(session: Session) -> int:
        login = operators.acting(session, by).login
        return conversations.reply(session, conversation_id, text, by=login, now=here.clock.now()).id

    line_id = run(here.sessions.write, work)
    conversations.send_replies(here)
    with here.sessions.read() as session:
        (line,) = conversations.said_in(session, conversation_id, before_id=line_id + 1, limit=1)
    tell_one(_line(line), json_wanted=as_json)
    if line.delivery in {conversations.Delivery.FAILED, conversations.Delivery.DOUBTFUL}:
        raise SystemExit(1)


@group.command()
@click.argument("card_no", required=False)
@click.option("--follower", "identity_id", type=Number(), help="Instead of a card: who is no member.")
@before_option
@limit_option
@as_json
def log(card_no: str | None, *, identity_id: int | None, before_id: int | None, limit: int, as_json: bool) -> None:
    """Show what a member, known by CARD_NO, or a follower and the official account said to one another."""
    if (card_no is None) == (identity_id is None):
        raise click.UsageError("CARD_NO or --follower is wanted")
    with runtime().sessions.read() as session:
        ids = [identity_id] if identity_id is not None else _identities(session, card_no or "")
        lines = conversations.said_with(session, ids, before_id=before_id, limit=limit)
    tell([_line(one) for one in reversed(lines)], json_wanted=as_json, empty="Nothing was said.")


def _add(name: str, deed: Callable[..., Conversation], help_text: str) -> None:
    @group.command(name, help=help_text)
    @conversation_argument
    @by_option
    @as_json
    def do(conversation_id: int, *, by: str, as_json: bool) -> None:
        tell_one(_done(partial(deed, conversation_id=conversation_id), by), json_wanted=as_json)


for _name, _deed in DEEDS.items():
    _add(_name, *_deed)


def _done(deed: Callable[..., Conversation], by: str) -> dict[str, Any]:
    here = runtime()
    now = here.clock.now()

    def work(session: Session) -> dict[str, Any]:
        found = deed(session, by=operators.acting(session, by).login, now=now)
        return _told(conversations.matter(session, found, now=now))

    return run(here.sessions.write, work)


def _identities(session: Session, card_no: str) -> list[int]:
    return members.identity_ids(session, members.by_card_no(session, card_no).id)


def _told(matter: Matter) -> dict[str, Any]:
    mine, window = matter.conversation, matter.window
    return {
        "id": str(mine.id),
        "status": mine.status,
        "why": mine.why,
        "card_no": matter.card_no,
        "follower": str(mine.identity_id),
        "waiting_since": local(mine.waiting_since),
        "needs_answer": matter.needs_answer,
        "taken_by": mine.taken_by,
        "ending": mine.ending,
        "may_send": window.left,
        "until": local(window.until_at),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "at": local(line.at),
        "who": line.written_by or line.sender,
        "kind": line.kind,
        "text": line.text,
        "delivery": line.delivery,
        "error": line.error,
    }
