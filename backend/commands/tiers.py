from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import earning, operators, rulebooks, tiers
from backend.commands import books
from backend.commands.speech import Group, Instant, Number, as_json, local, progress_bar, tell, tell_one
from backend.commands.standings import member, membership, set_by_hand, unset
from backend.kit.db import hold_still, run
from backend.kit.helpers import helpers
from backend.kit.money import yuan
from backend.runtime import runtime

group = Group("tiers", help="Tiers: the book of them, what another one would do, and where a member stands.")
group.add_command(member)
group.add_command(membership)
group.add_command(set_by_hand)
group.add_command(unset)


@group.command()
@as_json
def show(*, as_json: bool) -> None:
    """Show the tiers of the book in force, the lowest first. `books show tiers` shows all of it."""
    here = runtime()
    with here.sessions.read() as session:
        rows = [
            {"code": tier.code, "name": tier.name, "growth": tier.growth, **tier.benefits.model_dump()}
            for tier in tiers.tiers_now(session, now=here.clock.now())
        ]
    tell(rows, json_wanted=as_json, empty="There are no tiers.")


@group.command()
@click.argument("version", type=Number())
@click.option("--at", type=Instant(), help="Going live then (default: now, or when it was published to).")
@as_json
def preview(version: int, *, at: datetime | None, as_json: bool) -> None:
    """Tell what VERSION would do to every member: who goes where, what it gives and what it costs in a year."""
    seen = _preview(version, at)
    sums = _sums(seen)
    if as_json:
        tell_one(sums | {"moves": [asdict(move) for move in seen.moves]}, json_wanted=True)
        return
    tell(_matrix(seen), json_wanted=False, empty="There are no members.")
    tell_one(sums | {"discount_fen": yuan(seen.discount_fen)}, json_wanted=False)


@group.command()
@click.argument("version", type=Number())
@books.live_from_option
@books.by_option
@as_json
def publish(version: int, *, live_from: datetime | None, by: str, as_json: bool) -> None:
    """Let the draft VERSION be the book of tiers from an instant on; `apply` then takes everybody over."""
    tell_one(books.shown(books.publish(tiers.KIND, version, live_from=live_from, by=by)), json_wanted=as_json)


@group.command()
@click.argument("version", type=Number())
@books.by_option
@as_json
def apply(version: int, *, by: str, as_json: bool) -> None:
    """Take every member over to VERSION, which is in force. Stopped anywhere, it goes on when called again.

    The preview is reckoned first; exit 1 when the outcome is another one.
    """
    done = _finish(_begun(version, by))
    tell_one(_told(done), json_wanted=as_json)
    if tiers.differences(done):
        raise SystemExit(1)


@group.command()
@click.argument("version", type=Number())
@as_json
def progress(version: int, *, as_json: bool) -> None:
    """Tell how far the applying of VERSION is, and what came of it beside what the preview had said."""
    with runtime().sessions.read() as session:
        tell_one(_told(tiers.run_of(session, version)), json_wanted=as_json)


def _preview(version: int, at: datetime | None) -> tiers.Preview:
    here = runtime()
    with here.sessions.read() as session, helpers(session.get_bind().engine) as each, progress_bar() as bar:
        hold_still(session)
        live_from = rulebooks.get(session, tiers.KIND, version).live_from
        task = bar.add_task("Previewing", total=None)
        return tiers.preview(
            session,
            version,
            at=at or live_from or here.clock.now(),
            progress=lambda done, of: bar.update(task, completed=done, total=of),
            each=each,
        )


def _begun(version: int, by: str) -> tiers.TierRun:
    """The run that goes on, or a new one with its preview."""
    here = runtime()
    with here.sessions.read() as session:
        try:
            return tiers.run_of(session, version)
        except tiers.RunUnknown:
            tiers.check_in_force(session, rulebooks.get(session, tiers.KIND, version).version, now=here.clock.now())
    seen = _preview(version, None)

    def begin(session: Session) -> tiers.TierRun:
        login = operators.acting(session, by).login
        return tiers.begin_run(session, seen, by=login, now=here.clock.now())

    return run(here.sessions.write, begin)


def _finish(begun: tiers.TierRun) -> tiers.TierRun:
    here, done = runtime(), begun
    with progress_bar() as bar:
        task = bar.add_task("Applying", total=begun.members, completed=begun.done)
        while done.finished_at is None:
            done = run(here.sessions.write, partial(tiers.apply_slice, version=begun.version, now=here.clock.now()))
            bar.update(task, completed=done.done)
    return done


def _told(done: tiers.TierRun) -> dict[str, Any]:
    came = tiers.differences(done) if done.finished_at else None
    return {
        "version": done.version,
        "live_from": local(done.at),
        "members": done.members,
        "done": done.done,
        "gift_points": done.outcome["gift_points"],
        "started_by": done.started_by,
        "started_at": local(done.started_at),
        "finished_at": local(done.finished_at),
        "as_previewed": None if came is None else not came,
        "differences": [asdict(one) for one in came or ()],
    }


def _matrix(seen: tiers.Preview) -> Sequence[Mapping[str, Any]]:
    """A line for each tier that members come from, a column for each that they go to; the lowest tiers first."""
    ranks = _ranks(seen.version)
    came = {(move.before, move.after): move.members for move in seen.moves}
    before, after = (sorted({pair[side] for pair in came}, key=ranks.index) for side in (0, 1))
    return [{"from": one, **{f"to {other}": came.get((one, other), 0) for other in after}} for one in before]


def _ranks(version: int) -> list[str]:
    """The codes of all tiers up to a version, each where its newest book has it."""
    with runtime().sessions.read() as session:
        books = [rulebooks.get(session, tiers.KIND, number).definition["tiers"] for number in range(version, 0, -1)]
    return list(dict.fromkeys(tier["code"] for book in books for tier in book))


def _sums(seen: tiers.Preview) -> dict[str, Any]:
    here = runtime()
    with here.sessions.read() as session:
        per_yuan = earning.plain_per_yuan(session, now=here.clock.now())
    return {
        "version": seen.version,
        "live_from": local(seen.at),
        "members": seen.members,
        "moved": seen.moved,
        "rising": seen.rising,
        "falling": seen.falling,
        "gifts": seen.gifts,
        "gift_points": seen.gift_points,
        "discount_fen": seen.discount_fen,
        "extra_points": seen.extra_points(per_yuan),
    }
