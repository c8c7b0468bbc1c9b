from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TextIO

import click
from sqlalchemy.orm import Session

from backend import events, operators
from backend.commands.speech import Group, Number, as_json, json_object_in, local, progress_bar, tell, tell_one
from backend.jobs import tend_session
from backend.kit.db import run
from backend.runtime import runtime

group = Group("events", help="Events: drafted, published, changed, called off; who comes is in `flask events guests`.")

MOST: Final = 200

code_argument = click.argument("code")
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
reason_option = click.option("--reason", required=True, help="Why; members who are told anything are told this.")
limit_option = click.option("--limit", default=20, show_default=True, type=click.IntRange(1, MOST))
file_argument = click.argument("file", type=click.File(encoding="utf-8"))


@group.command()
@file_argument
@by_option
@as_json
def draft(file: TextIO, *, by: str, as_json: bool) -> None:
    """Check the definition in FILE (JSON; - for standard input) and keep it as a draft, in place of an earlier one."""
    tell_one(_done(partial(events.draft, definition=json_object_in(file)), by=by), json_wanted=as_json)


@group.command()
@code_argument
@by_option
@as_json
def publish(code: str, *, by: str, as_json: bool) -> None:
    """Show the draft CODE to members."""
    tell_one(_done(partial(events.publish, event_code=code), by=by), json_wanted=as_json)


@group.command()
@file_argument
@click.option("--reason", default="", help="Why, for the record.")
@by_option
@as_json
def change(file: TextIO, *, reason: str, by: str, as_json: bool) -> None:
    """Let a published event say what FILE says, as a new version. Who registered for a session whose time or place
    changes is told; who waits moves up where there are more places.
    """
    work = partial(events.change, definition=json_object_in(file), reason=reason)
    tell_one(_done(work, by=by), json_wanted=as_json)


@group.command()
@code_argument
@reason_option
@by_option
@as_json
def cancel(code: str, *, reason: str, by: str, as_json: bool) -> None:
    """Call the event CODE off: all are told and have their points back. Stopped midway, the jobs go on with it."""
    told = _done(partial(events.cancel_event, event_code=code, reason=reason), by=by)
    tell_one(told | _end_all(code), json_wanted=as_json)


@group.command("cancel-session")
@code_argument
@click.argument("key")
@reason_option
@by_option
@as_json
def cancel_session(code: str, key: str, *, reason: str, by: str, as_json: bool) -> None:
    """Call the session KEY of the event CODE off, as `cancel` does all of them."""
    now = runtime().clock.now()

    def work(session: Session) -> None:
        login = operators.acting(session, by).login
        events.cancel_session(session, code, key, reason=reason, by=login, now=now)

    run(runtime().sessions.write, work)
    tell_one({"event": code, "session": key, **_end_all(code)}, json_wanted=as_json)


@group.command("list")
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@limit_option
@as_json
def show_all(*, before_id: int | None, limit: int, as_json: bool) -> None:
    """List all events, newest first."""
    with runtime().sessions.read() as session:
        rows = [_shown(one) for one in events.all_events(session, before_id=before_id, limit=limit)]
    tell(rows, json_wanted=as_json, empty="There are no events yet.")


@group.command()
@code_argument
@as_json
def show(code: str, *, as_json: bool) -> None:
    """Show the event CODE with its definition and what operators did with it."""
    with runtime().sessions.read() as session:
        found = events.find(session, code)
        deeds = [f"{local(one.at)} {one.deed} by {one.by} {one.reason}" for one in events.decisions(session, found.id)]
        more: dict[str, Any] = {"deeds": deeds if as_json else "; ".join(deeds), "definition": found.definition}
        tell_one(_shown(found) | more, json_wanted=as_json)


@group.command()
@code_argument
@as_json
def figures(code: str, *, as_json: bool) -> None:
    """Show how the sessions of the event CODE went, and what who came thought of it."""
    with runtime().sessions.read() as session:
        found = events.find(session, code)
        said = events.rating(session, found.id)
        rows = [
            _figures(one) | {"answers": said.answers, "stars": said.stars} for one in events.figures(session, found.id)
        ]
    tell(rows, json_wanted=as_json, empty="It has no sessions yet.")


@group.command()
@code_argument
@click.option("--after", "after_id", type=Number(), default=0, help="Only those after this id: the next page.")
@limit_option
@as_json
def feedback(code: str, *, after_id: int, limit: int, as_json: bool) -> None:
    """List what members said of the event CODE."""
    with runtime().sessions.read() as session:
        found = events.feedback_of(session, events.find(session, code).id, after_id=after_id, limit=limit)
        rows = [
            {"id": str(one.id), "rating": one.rating, "comment": one.comment, "given_at": local(one.given_at)}
            for one in found
        ]
    tell(rows, json_wanted=as_json, empty="Nobody has said anything yet.")


@group.command()
@as_json
def verify(*, as_json: bool) -> None:
    """Check that places taken, and waiting, are those of the registrations. Reads only; exit 1 on any fault."""
    with runtime().sessions.read() as session:
        faults = events.count_faults(session)
    rows = [
        {"session": str(one.session_id), "taken": one.taken, "should_be": one.should_be_taken}
        | {"waiting": one.waiting, "should_wait": one.should_be_waiting}
        for one in faults
    ]
    tell(rows, json_wanted=as_json, empty="All sessions agree with their registrations.")
    if faults:
        raise SystemExit(1)


def _done(work: Callable[..., events.Event], *, by: str) -> dict[str, Any]:
    now = runtime().clock.now()

    def act(session: Session) -> dict[str, Any]:
        return _shown(work(session, by=operators.acting(session, by).login, now=now))

    return run(runtime().sessions.write, act)


def _end_all(code: str) -> dict[str, int]:
    """Do at once what the job would do for the sessions that were called off; a terminal shows how far it has come."""
    here = runtime()
    with here.sessions.read() as session:
        places = events.sessions_of(session, [events.find(session, code).id])
    ended = [one for one in places if one.status == "cancelled" and one.settled_at is None]
    counts: Counter[str] = Counter()
    with progress_bar() as bar:
        task = bar.add_task("Telling who registered", total=sum(one.taken + one.waiting for one in ended))
        for one in ended:
            counts += tend_session(here, one.id, here.clock.now(), progress=partial(bar.advance, task))
    return {"told": counts["cancelled"], "failed": counts["failed"] + counts["refused"]}


def _shown(event: events.Event) -> dict[str, Any]:
    return {
        "event": event.code,
        "id": str(event.id),
        "kind": event.kind,
        "title": event.title,
        "status": event.status,
        "version": event.version,
        "starts_at": local(event.starts_at),
        "ends_at": local(event.ends_at),
    }


def _figures(one: events.Figures) -> dict[str, Any]:
    return {
        "session": one.session.key,
        "starts_at": local(one.session.starts_at),
        "status": one.session.status,
        "capacity": one.session.capacity,
        "taken": one.session.taken,
        "registered": one.registered,
        "waiting": one.waiting,
        "attended": one.attended,
        "heads": one.heads,
        "absent": one.absent,
        "cancelled": one.cancelled,
        "lapsed": one.lapsed,
        "points_spent": one.points_spent,
    }
