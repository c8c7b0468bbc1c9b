"""The commands of who comes: `flask events guests …`."""

import csv
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Final, get_args

import click
from sqlalchemy.orm import Session

from backend import events, members, operators
from backend.commands.events import by_option, code_argument, limit_option
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

guests = Group("guests", help="Who has registered for an event.")

PAGE: Final = 500
id_argument = click.argument("registration_id", metavar="ID", type=Number())
reason_option = click.option("--reason", required=True, help="Why, for the record.")


@guests.command("list")
@code_argument
@click.argument("key")
@click.option("--status", type=click.Choice(get_args(events.Status)), help="Only those of this status.")
@click.option("--after", "after_number", type=Number(), default=0, help="Only those after this number: the next page.")
@limit_option
@as_json
def show(code: str, key: str, *, status: Any, after_number: int, limit: int, as_json: bool) -> None:
    """List who has registered for the session KEY of CODE, in their order, with names, phones and texts masked."""
    with runtime().sessions.read() as session:
        rows = _page(session, code, key, status=status, after_number=after_number, limit=limit)
    tell(rows, json_wanted=as_json, empty="There are none.")


@guests.command()
@code_argument
@click.argument("key")
def export(code: str, key: str) -> None:
    """Write all who have registered for the session KEY of CODE to standard output as CSV, masked as in the list."""
    out, after = csv.writer(sys.stdout), 0
    while True:
        with runtime().sessions.read() as session:
            rows = _page(session, code, key, status=None, after_number=after, limit=PAGE)
        if not after:
            out.writerow(rows[0] if rows else ("number",))
        out.writerows([_cell(value) for value in row.values()] for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1]["number"]


@guests.command()
@id_argument
@reason_option
@by_option
@as_json
def answers(registration_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Show what one member answered, unmasked. That it was looked at, and why, is written down."""
    told = _acting(partial(events.unmask, registration_id=registration_id, reason=reason), by=by, show=dict)
    tell_one(told, json_wanted=as_json)


@guests.command()
@id_argument
@click.option("--reason", required=True, help="Why; the member is told this.")
@by_option
@as_json
def remove(registration_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """End a registration: points come back, the member is told, who waits moves up."""
    work = partial(events.remove, registration_id=registration_id, reason=reason)
    tell_one(_acting(work, by=by, show=_shown), json_wanted=as_json)


@guests.command("check-in")
@id_argument
@reason_option
@by_option
@as_json
def check_in(registration_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Note that a member came, also when the session is over."""
    work = partial(events.check_in_for, registration_id=registration_id, reason=reason, rng=runtime().rng)
    tell_one(_acting(work, by=by, show=_shown), json_wanted=as_json)


@guests.command("undo-check-in")
@id_argument
@by_option
@as_json
def undo_check_in(registration_id: int, *, by: str, as_json: bool) -> None:
    """Take back a check-in that was a mistake, until the session is over."""
    work = partial(events.undo_check_in, registration_id=registration_id, store_id=None)
    tell_one(_acting(work, by=by, show=_shown), json_wanted=as_json)


@guests.command()
@id_argument
@click.option("--points-back", is_flag=True, help="Give back the points that the absence cost.")
@reason_option
@by_option
@as_json
def excuse(registration_id: int, *, points_back: bool, reason: str, by: str, as_json: bool) -> None:
    """Let an absence not count against the member."""
    work = partial(events.excuse, registration_id=registration_id, points_back=points_back, reason=reason)
    tell_one(_acting(work, by=by, show=_shown), json_wanted=as_json)


def _acting(work: Callable[..., Any], *, by: str, show: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    now = runtime().clock.now()

    def act(session: Session) -> dict[str, Any]:
        return show(work(session, by=operators.acting(session, by).login, now=now))

    return run(runtime().sessions.write, act)


def _page(session: Session, code: str, key: str, *, status: Any, after_number: int, limit: int) -> list[dict[str, Any]]:
    event, place = events.session_by_key(session, code, key)
    found = events.registrations(session, place.id, status=status, after_number=after_number, limit=limit)
    terms = event.book.registration
    questions = terms.questions if terms else ()
    rows = []
    for made in found:
        masked = events.masked(questions, events.answers_of(session, made))
        member = members.get(session, made.member_id)
        who = {"card_no": member.card_no, "name": members.masked_name(session, member)}
        rows.append(_shown(made) | who | {f"answer:{one.key}": masked.get(one.key) for one in questions})
    return rows


def _shown(made: events.Registration) -> dict[str, Any]:
    return {
        "number": made.number,
        "id": str(made.id),
        "status": made.status,
        "heads": made.heads,
        "points": made.points,
        "points_state": made.points_state,
        "registered_at": local(made.registered_at),
        "attended_at": local(made.attended_at),
        "ended_by": made.ended_by,
        "reason": made.reason,
    }


def _cell(value: Any) -> Any:
    # what a spreadsheet would take for a formula is text; members wrote some of it
    text = "；".join(value) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
