import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any, Final, TextIO

import click
from sqlalchemy.orm import Session

from backend import lottery, operators
from backend.commands.speech import Group, as_json, json_object_in, local, progress_bar, tell, tell_one
from backend.kit.db import hold_still, run
from backend.runtime import runtime

group = Group("lottery", help="Draws: drafted, published with a committed seed, checked afterwards.")

draw_argument = click.argument("draw", metavar="DRAW")
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")

DEEDS: Final[dict[str, tuple[Callable[..., lottery.Draw], str]]] = {
    "pause": (lottery.pause, "Let nobody play DRAW until it is resumed."),
    "resume": (lottery.resume, "Let a paused DRAW go on."),
    "close": (lottery.close, "End DRAW before its time."),
    "cancel": (lottery.cancel, "Call DRAW off. Plays stay played and paid, prizes are handed over, tickets are void."),
}


@group.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@by_option
@as_json
def draft(file: TextIO, *, by: str, as_json: bool) -> None:
    """Check the definition in FILE (JSON; - for standard input) and keep it as a draft, in place of an earlier one."""
    tell_one(_done(lottery.draft, json_object_in(file), by=by), json_wanted=as_json)


@group.command()
@draw_argument
@by_option
@as_json
def publish(draw: str, *, by: str, as_json: bool) -> None:
    """Commit to a new seed and announce DRAW; its definition never changes after that."""
    tell_one(_done(partial(lottery.publish, rng=runtime().rng), draw, by=by), json_wanted=as_json)


@group.command()
@draw_argument
@as_json
def show(draw: str, *, as_json: bool) -> None:
    """Show DRAW with its definition, what operators did with it, and its seed once that is revealed."""
    here = runtime()
    now = here.clock.now()
    with here.sessions.read() as session:
        found = lottery.find(session, draw)
        seed = lottery.revealed(session, found, now=now)
        deeds = [f"{local(one.at)} {one.deed} by {one.by}" for one in lottery.decisions(session, found.id)]
    more = {"seed": seed.hex() if seed else None, "digest": found.digest.hex()}
    if as_json:
        tell_one({**_shown(found, now), **more, "deeds": deeds, "definition": found.definition}, json_wanted=True)
        return
    words = json.dumps(found.definition, ensure_ascii=False, indent=2)
    tell_one({**_shown(found, now), **more, "deeds": "; ".join(deeds), "definition": words}, json_wanted=False)


@group.command("list")
@as_json
def show_all(*, as_json: bool) -> None:
    """List all draws, newest first."""
    here = runtime()
    now = here.clock.now()
    with here.sessions.read() as session:
        rows = [_shown(found, now) for found in lottery.all_draws(session)]
    tell(rows, json_wanted=as_json, empty="There are no draws yet.")


@group.command()
@draw_argument
@as_json
def verify(draw: str, *, as_json: bool) -> None:
    """Recompute every play of DRAW and count its prizes. Reads only; exit 1 on any fault.

    Of the plays the first that differs is named.
    """
    with runtime().sessions.read() as session, progress_bar() as bar:
        hold_still(session)
        found = lottery.find(session, draw)
        plays = lottery.count_plays(session, found)
        task = bar.add_task("Recomputing plays", total=plays)
        faults = lottery.verify(session, found, progress=partial(bar.advance, task))
    tell([asdict(fault) for fault in faults], json_wanted=as_json, empty=f"{plays} plays recomputed, no fault.")
    if faults:
        raise SystemExit(1)


def _add(name: str, deed: Callable[..., lottery.Draw], help_text: str) -> None:
    @group.command(name, help=help_text)
    @draw_argument
    @by_option
    @as_json
    def do(draw: str, *, by: str, as_json: bool) -> None:
        tell_one(_done(deed, draw, by=by), json_wanted=as_json)


for _name, _deed in DEEDS.items():
    _add(_name, *_deed)


def _done(deed: Callable[..., lottery.Draw], what: Any, *, by: str) -> dict[str, Any]:
    here = runtime()
    now = here.clock.now()

    def work(session: Session) -> dict[str, Any]:
        return _shown(deed(session, what, by=operators.acting(session, by).login, now=now), now)

    return run(here.sessions.write, work)


def _shown(draw: lottery.Draw, now: datetime) -> dict[str, Any]:
    return {
        "draw": draw.code,
        "id": str(draw.id),
        "title": draw.title,
        "phase": draw.phase(now),
        "opens_at": local(draw.opens_at),
        "ends_at": local(draw.ends_at),
        "commitment": draw.commitment.hex() if draw.commitment else None,
    }
