from collections.abc import Callable
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, BinaryIO, Final

import click

from backend import adjustments
from backend.adjustments import Grant
from backend.commands.speech import Group, Number, as_json, local, progress_bar, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("grants", help="Points given to many members at once.")

MOST_DECISIONS: Final = 50
MOST_FAULTS: Final = 50  # that a person reads

grant_argument = click.argument("grant_id", type=Number())
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator whose decision it is.")
note_option = click.option("--note", required=True, help="Why, in a few words; it is kept.")


@group.command()
@click.argument("file", type=click.File("rb"), required=False)
@click.option(
    "--to", "cards", multiple=True, help="Instead of a file: a card number, phone or member id; may be repeated."
)
@click.option("--points", type=click.IntRange(min=1), help="The same for all, where the list names no points.")
@click.option("--reason", "reason_code", required=True, metavar="CODE", help="A reason of the rules in force.")
@note_option
@by_option
@click.option("--key", help="A name for this one grant (default: made from the list, so that a list is given once).")
@click.option("--skip-faulty", is_flag=True, help="Leave out the lines that cannot be given.")
@click.option("--dry-run", is_flag=True, help="Only tell what it would come to; keep nothing.")
@as_json
def plan(
    file: BinaryIO | None, *, cards: tuple[str, ...], points: int | None, key: str | None, as_json: bool, **parts: Any
) -> None:
    """Plan a grant from FILE ("-": standard input), a CSV file of members and points, or for some cards.

    Nothing moves: every line that cannot be given is told with its number and why. Exit code 1 when there is one.
    """
    if (file is None) == (not cards):
        raise click.UsageError("give a FILE, or --to")
    data = file.read() if file else "\n".join(cards).encode()
    drawn = _drawn_up(data, points)
    dry_run, by = parts.pop("dry_run"), parts.pop("by")
    purpose = adjustments.Purpose(key=key or _key_of(data, points, parts["reason_code"]), **parts)
    refused = drawn.faults and not purpose.skip_faulty
    kept = None if dry_run or refused else _kept(drawn, purpose, by)
    _tell_plan(drawn, kept, as_json=as_json)
    if refused:
        raise SystemExit(1)
    if dry_run:
        with runtime().sessions.read() as session:
            adjustments.check(session, drawn, purpose, by=by, now=_now())


@group.command()
@grant_argument
@click.option("--note", help="A word on it.")
@by_option
@as_json
def approve(grant_id: int, *, note: str | None, by: str, as_json: bool) -> None:
    """Let another operator's plan be started."""
    _decide(partial(adjustments.approve_grant, note=note), grant_id, by, as_json=as_json)


@group.command("run")
@grant_argument
@by_option
@click.option("--detach", is_flag=True, help="Only start it; the jobs hand it out.")
@as_json
def start(grant_id: int, *, by: str, detach: bool, as_json: bool) -> None:
    """Hand a grant out, or go on with it; exit code 1 when anybody did not get the points.

    May be stopped at any point and run again, also beside the jobs and other processes: nobody gets anything twice.
    """
    with runtime().sessions.read() as session:
        running = adjustments.grant(session, grant_id).status == "running"
    if not running:
        run(runtime().sessions.write, partial(adjustments.start_grant, grant_id=grant_id, by=by, now=_now()))
    if not detach:
        _drive(grant_id)
    row = _row(grant_id)
    tell_one(row, json_wanted=as_json)
    if not detach and (row["status"], row["failed"]) != ("done", 0):
        raise SystemExit(1)


@group.command()
@grant_argument
@by_option
@as_json
def retry(grant_id: int, *, by: str, as_json: bool) -> None:
    """Give the rows of an ended grant that failed another turn, or those of a reversal; exit code 1 when some fail
    again.
    """
    run(runtime().sessions.write, partial(adjustments.retry_grant, grant_id=grant_id, by=by, now=_now()))
    _drive(grant_id)
    row = _row(grant_id)
    tell_one(row, json_wanted=as_json)
    if row["failed"] or row["kept"]:
        raise SystemExit(1)


@group.command()
@grant_argument
@by_option
@as_json
def pause(grant_id: int, *, by: str, as_json: bool) -> None:
    """Hold a grant or its reversal where it stands; `run` or `reverse` goes on."""
    _decide(adjustments.pause_grant, grant_id, by, as_json=as_json)


@group.command()
@grant_argument
@note_option
@by_option
@as_json
def cancel(grant_id: int, *, note: str, by: str, as_json: bool) -> None:
    """Give no more of a grant, or refuse a plan; what was given stays given."""
    _decide(partial(adjustments.cancel_grant, note=note), grant_id, by, as_json=as_json)


@group.command()
@grant_argument
@note_option
@by_option
@as_json
def reverse(grant_id: int, *, note: str, by: str, as_json: bool) -> None:
    """Take back all that an ended grant has given, or go on with that; exit code 1 when some could not be taken."""
    sessions = runtime().sessions
    run(sessions.write, partial(adjustments.reverse_grant, grant_id=grant_id, note=note, by=by, now=_now()))
    _drive(grant_id)
    row = _row(grant_id)
    tell_one(row, json_wanted=as_json)
    if (row["status"], row["kept"]) != ("reversed", 0):
        raise SystemExit(1)


@group.command("list")
@click.option("--status", type=click.Choice(sorted(adjustments.GRANT_WORDS)), help="Only these.")
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show_all(*, as_json: bool, **wanted: Any) -> None:
    """List grants, newest first."""
    with runtime().sessions.read() as session:
        rows = [_about(grant) for grant in adjustments.grants_page(session, **wanted)]
    tell(rows, json_wanted=as_json, empty="There are no such grants.")


@group.command()
@grant_argument
@as_json
def show(grant_id: int, *, as_json: bool) -> None:
    """Show how far a grant is, and who decided what about it."""
    with runtime().sessions.read() as session:
        made = adjustments.decisions(session, grant_id, limit=MOST_DECISIONS)
    row = _row(grant_id)
    said = [f"{local(one.at)} {one.by} {one.what} {one.note}".rstrip() for one in made]
    tell_one({**row, "decisions": said if as_json else "; ".join(said)}, json_wanted=as_json)


@group.command()
@grant_argument
@click.option("--status", default="failed", show_default=True, type=click.Choice(adjustments.ROW_STATUSES))
@click.option(
    "--after", "after_member_id", default=0, type=Number(), help="Only those behind this member id: the next page."
)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1000))
@as_json
def rows(grant_id: int, *, as_json: bool, **wanted: Any) -> None:
    """List the rows of a grant that stand at a status, by default those that could not be given."""
    with runtime().sessions.read() as session:
        found = adjustments.grant_rows(session, grant_id, **wanted)
    told = [
        {"member_id": str(row.member_id), "line": row.line_no, "points": row.points, "failure": row.failure}
        for row in found
    ]
    tell(told, json_wanted=as_json, empty="There are no such rows.")


def _now() -> datetime:
    return runtime().clock.now()


def _drawn_up(data: bytes, points: int | None) -> adjustments.Plan:
    with runtime().sessions.read() as session:
        return adjustments.draw_up(session, data, points=points, now=_now())


def _kept(drawn: adjustments.Plan, purpose: adjustments.Purpose, by: str) -> Grant:
    return run(runtime().sessions.write, partial(adjustments.store, plan=drawn, purpose=purpose, by=by, now=_now()))


def _key_of(data: bytes, points: int | None, reason_code: str) -> str:
    return sha256(data + f"\0{points}\0{reason_code}".encode()).hexdigest()


def _tell_plan(drawn: adjustments.Plan, kept: Grant | None, *, as_json: bool) -> None:
    faults = [{"line": fault.no, "reason": fault.reason, "words": fault.words} for fault in drawn.faults]
    row = {
        "id": kept and str(kept.id),
        "status": kept and kept.status,
        "members": len(drawn.gifts),
        "total": drawn.total,
    }
    if as_json:
        tell_one({**row, "faults": faults}, json_wanted=True)
        return
    tell_one({**row, "faults": len(faults)}, json_wanted=False)
    if faults:
        tell(faults[:MOST_FAULTS], json_wanted=False, empty="")
    if len(faults) > MOST_FAULTS:
        click.echo(f"and {len(faults) - MOST_FAULTS} more; --json tells all")


def _drive(grant_id: int) -> None:
    sessions = runtime().sessions
    with sessions.read() as session:
        before = adjustments.progress(session, grant_id)
    with progress_bar() as bar:
        left = before.waiting or before.done
        task = bar.add_task("Members", total=before.members, completed=before.members - left)
        after = 0
        while (done := adjustments.hand_out(sessions, grant_id, after=after, now=_now())) is not None:
            after = done.last
            bar.advance(task, done.outcomes.total())


def _decide(verb: Callable[..., Grant], grant_id: int, by: str, *, as_json: bool) -> None:
    run(runtime().sessions.write, partial(verb, grant_id=grant_id, by=by, now=_now()))
    tell_one(_row(grant_id), json_wanted=as_json)


def _row(grant_id: int) -> dict[str, Any]:
    with runtime().sessions.read() as session:
        grant, progress = adjustments.grant(session, grant_id), adjustments.progress(session, grant_id)
    counts = {name: getattr(progress, name) for name in ("waiting", "done", "failed", "reversed", "kept")}
    return {**_about(grant), **counts, "points": progress.points}


def _about(grant: Grant) -> dict[str, Any]:
    return {
        "id": str(grant.id),
        "status": grant.status,
        "reason": grant.reason_words,
        "note": grant.note,
        "members": grant.members,
        "total": grant.total,
        "planned_by": grant.planned_by,
        "planned_at": local(grant.planned_at),
        "ended_at": local(grant.ended_at),
    }
