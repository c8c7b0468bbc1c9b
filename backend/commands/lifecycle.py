"""What ends a membership: commands of the group `members`."""

from functools import partial
from typing import Any, Final

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from backend import lifecycle, members, operators
from backend.commands.speech import Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

STATUSES: Final = click.Choice(["running", "taken-back", "done"])

by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
reason_option = click.option("--reason", required=True, help="Why, in a few words; it is kept.")


@click.command()
@click.argument("gone", metavar="GONE_CARD")
@click.argument("into", metavar="INTO_CARD")
@by_option
@reason_option
@click.option("--dry-run", is_flag=True, help="Only tell what would move, and why it would be refused.")
@as_json
@with_appcontext
def merge(gone: str, into: str, *, by: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Make one member of two who are one person: GONE_CARD leads to the member of INTO_CARD from then on.

    It cannot be undone: try it dry first, which ends with exit code 1 when the merge would be refused.
    """
    here, work = runtime(), partial(_preview if dry_run else _merge, gone=gone, into=into, by=by, reason=reason)
    if dry_run:
        with here.sessions.read() as session:
            answer = work(session)
    else:
        answer = run(here.sessions.write, work)
    tell_one(answer, json_wanted=as_json)
    if answer.get("refused_for"):
        raise SystemExit(1)


@click.command()
@click.argument("card_no")
@by_option
@reason_option
@as_json
@with_appcontext
def close(card_no: str, *, by: str, reason: str, as_json: bool) -> None:
    """Begin to close a membership, as its member may: it ends after a time in which `keep` takes it back."""
    now = runtime().clock.now()

    def work(session: Session) -> dict[str, Any]:
        login, member = operators.acting(session, by).login, members.by_card_no(session, card_no)
        closure, _ = lifecycle.ask_to_leave(session, member.id, by=login, reason=reason, now=now)
        return _told(session, closure)

    tell_one(run(runtime().sessions.write, work), json_wanted=as_json)


@click.command()
@click.option("--status", type=STATUSES, default="running", show_default=True)
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
@with_appcontext
def closures(*, status: Any, before_id: int | None, limit: int, as_json: bool) -> None:
    """List members who asked to leave, the newest first."""
    with runtime().sessions.read() as session:
        found = lifecycle.closures(session, status=status, before_id=before_id, limit=limit)
        rows = [_told(session, one) for one in found]
    tell(rows, json_wanted=as_json, empty="There are none.")


@click.command()
@click.argument("card_no")
@as_json
@with_appcontext
def keep(card_no: str, *, as_json: bool) -> None:
    """Take a closure back before it is done."""
    now = runtime().clock.now()

    def work(session: Session) -> dict[str, Any]:
        member = members.by_card_no(session, card_no)
        return _told(session, lifecycle.stay(session, member.id, now=now))

    tell_one(run(runtime().sessions.write, work), json_wanted=as_json)


COMMANDS: Final = (merge, close, closures, keep)


def _merge(session: Session, *, gone: str, into: str, by: str, reason: str) -> dict[str, Any]:
    gone_id, into_id = members.by_card_no(session, gone).id, members.by_card_no(session, into).id
    login, now = operators.acting(session, by).login, runtime().clock.now()
    done = lifecycle.merge(session, gone_id=gone_id, into_id=into_id, by=login, reason=reason, now=now)
    moved = {"points": done.points, "pending": done.pending, "debt": done.debt, **done.figures}
    return {"gone": gone, "into": members.get(session, into_id).card_no, **moved}


def _preview(session: Session, *, gone: str, into: str, by: str, reason: str) -> dict[str, Any]:
    operators.acting(session, by)
    lifecycle.checked_reason(reason)
    gone_id, into_id = members.by_card_no(session, gone).id, members.by_card_no(session, into).id
    seen = lifecycle.preview(session, gone_id=gone_id, into_id=into_id, now=runtime().clock.now())
    return {
        "gone": gone,
        "into": members.get(session, into_id).card_no,
        "points": seen.points,
        "pending": seen.pending,
        "debt": seen.debt,
        "growth": seen.growth,
        "set_aside": [f"{one.kind} {one.id}: {one.points}" for one in seen.set_aside],
        "refused_for": [f"{refusal.detail} ({refusal.code})" for refusal in seen.refusals],
    }


def _told(session: Session, closure: lifecycle.Closure) -> dict[str, Any]:
    return {
        "id": str(closure.id),
        "card_no": members.get(session, closure.member_id).card_no,
        "status": closure.status,
        "asked_at": local(closure.asked_at),
        "asked_by": closure.asked_by or "member",
        "reason": closure.reason,
        "closes_at": local(closure.closes_at),
        "ended_at": local(closure.ended_at),
    }
