"""The commands of codes and lists: `flask coupons codes …`, `flask coupons lists …`."""

import csv
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any, BinaryIO, Final

import click

from backend import adjustments, coupons
from backend.commands.coupons import by_option, note_option
from backend.commands.speech import Group, Number, as_json, local, progress_bar, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

codes = Group("codes", help="Codes and words that members exchange for a coupon.")
lists = Group("lists", help="Coupons for lists of members.")

PAGE: Final = 1_000
id_argument = click.argument("one_id", metavar="ID", type=Number())


@codes.command("order")
@click.argument("code")
@click.argument("total", type=int)
@click.option("--word", help="One word that works so often, instead of codes that work once.")
@click.option("--per-member", default=1, show_default=True, help="How often the word works for one member.")
@note_option
@by_option
@as_json
def order_codes(code: str, total: int, *, note: str, by: str, as_json: bool, **parts: Any) -> None:
    """Order TOTAL codes for the template CODE; they are made by `codes make` or by the jobs."""
    wish = coupons.Wish(code, total, note, **parts)
    ask = partial(coupons.order_codes, wish=wish, by=by, now=runtime().clock.now())
    tell_one(_batch(run(runtime().sessions.write, ask)), json_wanted=as_json)


@codes.command("make")
@id_argument
@as_json
def make_codes(one_id: int, *, as_json: bool) -> None:
    """Make the codes of a batch that are missing. May be stopped at any point and run again."""
    here = runtime()
    with here.sessions.read() as session:
        batch = coupons.code_batch(session, one_id)
    with progress_bar() as bar:
        task = bar.add_task("Codes", total=batch.total, completed=batch.made)
        while made := run(here.sessions.write, partial(coupons.make_codes, batch_id=one_id, rng=here.rng)):
            bar.advance(task, made)
    _tell_batch(one_id, as_json=as_json)


@codes.command("export")
@id_argument
def export_codes(one_id: int) -> None:
    """Write the codes of a batch to standard output, as CSV: the code and whether it is used."""
    out, after = csv.writer(sys.stdout), ""
    out.writerow(("code", "used_at"))
    while True:
        with runtime().sessions.read() as session:
            page = coupons.codes_page(session, one_id, after=after, limit=PAGE)
        out.writerows((one.code, local(one.used_at) or "") for one in page)
        if len(page) < PAGE:
            return
        after = page[-1].code


@codes.command("void")
@id_argument
@by_option
@as_json
def void_codes(one_id: int, *, by: str, as_json: bool) -> None:
    """Let no code of a batch work any more; coupons that were got for them stay."""
    run(runtime().sessions.write, partial(coupons.void_codes, batch_id=one_id, by=by, now=runtime().clock.now()))
    _tell_batch(one_id, as_json=as_json)


@codes.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show_batches(*, limit: int, as_json: bool) -> None:
    """List batches of codes, newest first."""
    with runtime().sessions.read() as session:
        rows = [_batch(batch) for batch in coupons.code_batches(session, limit=limit)]
    tell(rows, json_wanted=as_json, empty="There are no codes yet.")


@lists.command("plan")
@click.argument("code")
@click.argument("file", type=click.File("rb"))
@click.option("--key", help="A name for this one list (default: made from it, so that a list is given once).")
@click.option("--skip-faulty", is_flag=True, help="Leave out the lines that cannot be given.")
@note_option
@by_option
@as_json
def plan_list(code: str, file: BinaryIO, *, key: str | None, skip_faulty: bool, as_json: bool, **told: str) -> None:
    """Plan a coupon of the template CODE for each member in FILE, a CSV file of cards, phones or member ids.

    Lines that cannot be given are told with their number and why; exit code 1 when there is one.
    """
    here, data = runtime(), file.read()
    with here.sessions.read() as session:
        drawn = adjustments.draw_up(session, data, points=1, now=here.clock.now())
    faults = [{"line": fault.no, "reason": fault.reason, "words": fault.words} for fault in drawn.faults]
    kept = None
    if skip_faulty or not faults:
        people = {gift.member_id: gift.line_no for gift in drawn.gifts}
        name = key or sha256(data + code.encode()).hexdigest()
        plan = coupons.HandoutPlan(code, people, told["note"], name, len(faults))
        keep = partial(coupons.plan_handout, plan=plan, by=told["by"], now=here.clock.now())
        kept = run(here.sessions.write, keep)
    tell_one(
        {"id": kept and str(kept.id), "members": len(drawn.gifts), "faults": faults},
        json_wanted=as_json,
    )
    if faults and not skip_faulty:
        raise SystemExit(1)


@lists.command("approve")
@id_argument
@by_option
@as_json
def approve_list(one_id: int, *, by: str, as_json: bool) -> None:
    """Let another operator's list be handed out; the jobs do it, or `run`."""
    _decide(partial(coupons.approve_handout, now=runtime().clock.now()), one_id, by, as_json=as_json)


@lists.command("run")
@id_argument
@as_json
def run_list(one_id: int, *, as_json: bool) -> None:
    """Hand a running list out; exit code 1 when anybody did not get a coupon. May be stopped and run again."""
    here = runtime()
    with here.sessions.read() as session:
        found, counts = coupons.handout(session, one_id)
    with progress_bar() as bar:
        task = bar.add_task("Members", total=found.members, completed=found.members - counts["waiting"])
        give = partial(coupons.hand_out_coupons, here.sessions, one_id, rng=here.rng)
        while (done := give(now=here.clock.now())) is not None:
            bar.advance(task, done.total())
    row = _list(one_id)
    tell_one(row, json_wanted=as_json)
    if (row["status"], row["failed"]) != ("done", 0):
        raise SystemExit(1)


@lists.command("pause")
@id_argument
@by_option
@as_json
def pause_list(one_id: int, *, by: str, as_json: bool) -> None:
    """Hold a list where it stands; `resume` goes on."""
    _decide(coupons.pause_handout, one_id, by, as_json=as_json)


@lists.command("resume")
@id_argument
@by_option
@as_json
def resume_list(one_id: int, *, by: str, as_json: bool) -> None:
    """Go on with a list that was paused."""
    _decide(coupons.resume_handout, one_id, by, as_json=as_json)


@lists.command("cancel")
@id_argument
@by_option
@as_json
def cancel_list(one_id: int, *, by: str, as_json: bool) -> None:
    """Give no more of a list, or refuse a plan; what was given stays given."""
    _decide(partial(coupons.cancel_handout, now=runtime().clock.now()), one_id, by, as_json=as_json)


@lists.command("show")
@id_argument
@as_json
def show_list(one_id: int, *, as_json: bool) -> None:
    """Show how far a list is, and the first of those who could not get a coupon, with why."""
    with runtime().sessions.read() as session:
        failed = coupons.handout_failures(session, one_id, limit=PAGE)
    row = {**_list(one_id), "failures": [f"{one.member_id} {one.failure}" for one in failed]}
    tell_one(row, json_wanted=as_json)


def _decide(verb: Callable[..., coupons.Handout], one_id: int, by: str, *, as_json: bool) -> None:
    run(runtime().sessions.write, partial(verb, handout_id=one_id, by=by))
    tell_one(_list(one_id), json_wanted=as_json)


def _list(one_id: int) -> dict[str, Any]:
    with runtime().sessions.read() as session:
        found, counts = coupons.handout(session, one_id)
    return {
        "id": str(found.id),
        "status": found.status,
        "note": found.note,
        "members": found.members,
        **{status: counts[status] for status in ("waiting", "done", "failed")},
    }


def _tell_batch(one_id: int, *, as_json: bool) -> None:
    with runtime().sessions.read() as session:
        row = _batch(coupons.code_batch(session, one_id))
    tell_one(row, json_wanted=as_json)


def _batch(batch: coupons.CodeBatch) -> dict[str, Any]:
    return {
        "id": str(batch.id),
        "kind": batch.kind,
        "word": batch.word,
        "status": batch.status,
        "total": batch.total,
        "made": batch.made,
        "used": batch.used,
        "note": batch.note,
    }
