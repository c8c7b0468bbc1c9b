import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TextIO

import click
from sqlalchemy.orm import Session

from backend import (
    adjustments,
    answers,
    benefits,
    checkin,
    coupons,
    earning,
    events,
    families,
    lifecycle,
    messaging,
    operators,
    plans,
    purchases,
    referrals,
    risk,
    rulebooks,
    sharing,
    tiers,
)
from backend.commands.speech import Group, Instant, Number, as_json, json_object_in, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("books", help="The books of rules: what operators may change, with versions.")

LEAD: Final = timedelta(minutes=1)  # what is under way when a version is published ends by the one before

Check = Callable[[dict[str, Any]], object]

# who owns a kind says what may stand in it: raises a DomainError that tells in words all that is wrong
CHECKS: Final[dict[str, Check]] = {
    adjustments.BOOK: adjustments.checked,
    answers.KIND: answers.checked,
    benefits.KIND: benefits.checked,
    checkin.KIND: checkin.checked,
    coupons.BIRTHDAY_BOOK: coupons.checked_birthdays,
    "cash": purchases.checked_cash_book,
    earning.KIND: earning.checked,
    events.ABSENCES: events.checked_absences,
    families.KIND: families.checked,
    lifecycle.KIND: lifecycle.checked,
    messaging.HOLIDAY_BOOK: messaging.checked_holidays,
    messaging.WIN_BACK_BOOK: messaging.checked_win_back,
    referrals.KIND: referrals.checked,
    risk.KIND: risk.checked,
    plans.KIND: plans.checked,
    sharing.KIND: sharing.checked,
    tiers.KIND: tiers.checked,
}
# who also looks at what there was before
DRAFTS: Final = {answers.KIND: answers.draft_book, benefits.KIND: benefits.draft, tiers.KIND: tiers.draft}

kind_argument = click.argument("kind", type=click.Choice(sorted(CHECKS)))

by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
live_from_option = click.option("--live-from", type=Instant(), help="In force from then on (default: in a minute).")


@group.command("list")
@kind_argument
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1, max=1000))
@click.option("--before", "before_version", type=Number(), metavar="VERSION", help="Only versions older than this one.")
@as_json
def show_all(kind: str, *, limit: int, before_version: int | None, as_json: bool) -> None:
    """List the versions of KIND, newest first."""
    here = runtime()
    with here.sessions.read() as session:
        in_force = rulebooks.live(session, kind, now=here.clock.now()).version
        books = rulebooks.history(session, kind, before_version=before_version, limit=limit)
    tell([shown(book, in_force) for book in books], json_wanted=as_json, empty="There are no such versions.")


@group.command()
@kind_argument
@click.argument("version", type=Number(), required=False)
@click.option("--definition", "bare", is_flag=True, help="Print its definition only, as `draft` reads it.")
@as_json
def show(kind: str, version: int | None, *, bare: bool, as_json: bool) -> None:
    """Show a VERSION of KIND (default: the one in force) with its definition."""
    here = runtime()
    with here.sessions.read() as session:
        live = rulebooks.live(session, kind, now=here.clock.now())
        book = live if version is None else rulebooks.get(session, kind, version)
    words = json.dumps(book.definition, ensure_ascii=False, indent=2)
    if bare:
        click.echo(words)
    elif as_json:
        tell_one({**shown(book, live.version), "definition": book.definition}, json_wanted=True)
    else:
        tell_one({**shown(book, live.version), "definition": words}, json_wanted=False)


@group.command()
@kind_argument
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--based-on", type=Number(), metavar="VERSION", help="What it was made from (default: what was published last)."
)
@click.option("--note", required=True, help="Why the rules change.")
@by_option
@as_json
def draft(kind: str, file: TextIO, *, based_on: int | None, note: str, by: str, as_json: bool) -> None:
    """Check the definition in FILE (JSON; - for standard input) and keep it as the next version of KIND."""
    definition = json_object_in(file)
    CHECKS[kind](definition)
    now = runtime().clock.now()

    def work(session: Session) -> rulebooks.Book:
        start = rulebooks.newest_published(session, kind) if based_on is None else based_on
        login = operators.acting(session, by).login
        keep = DRAFTS.get(kind) or partial(rulebooks.draft, kind=kind)
        return keep(session, definition=definition, based_on=start, by=login, note=note, now=now)

    tell_one(shown(run(runtime().sessions.write, work)), json_wanted=as_json)


@group.command("publish")
@kind_argument
@click.argument("version", type=Number())
@live_from_option
@by_option
@as_json
def publish_draft(kind: str, version: int, *, live_from: datetime | None, by: str, as_json: bool) -> None:
    """Let the draft VERSION of KIND be the rules from an instant on.

    At a given instant calls under way may still be judged by the version before, unless it is some seconds ahead.
    """
    tell_one(shown(publish(kind, version, live_from=live_from, by=by)), json_wanted=as_json)


@group.command()
@kind_argument
@click.argument("version", type=Number())
@by_option
@as_json
def discard(kind: str, version: int, *, by: str, as_json: bool) -> None:
    """Give the draft VERSION of KIND up."""
    now = runtime().clock.now()

    def work(session: Session) -> rulebooks.Book:
        return rulebooks.discard(session, kind, version, by=operators.acting(session, by).login, now=now)

    tell_one(shown(run(runtime().sessions.write, work)), json_wanted=as_json)


def publish(kind: str, version: int, *, live_from: datetime | None, by: str) -> rulebooks.Book:
    """Publish a draft from an instant, or a minute from now, on. It is checked again: the code may know more now."""
    now = runtime().clock.now()

    def work(session: Session) -> rulebooks.Book:
        login = operators.acting(session, by).login
        CHECKS[kind](rulebooks.get(session, kind, version).definition)
        return rulebooks.publish(session, kind, version, live_from=live_from or now + LEAD, by=login, now=now)

    return run(runtime().sessions.write, work)


def shown(book: rulebooks.Book, in_force: int | None = None) -> dict[str, Any]:
    """A version as a line of a list, without its definition."""
    return {
        "kind": book.kind,
        "version": book.version,
        "status": "in force" if book.version == in_force else book.status,
        "live_from": local(book.live_from),
        "based_on": book.based_on,
        "by": book.by,
        "note": book.note,
        "created_at": local(book.created_at),
        "decided_by": book.decided_by,
    }
