from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any, Final, TextIO

import click
from sqlalchemy.orm import Session

from backend import coupons, members, points
from backend.commands.speech import Group, Number, as_json, json_object_in, local, tell, tell_one
from backend.kit.db import hold_still, run
from backend.kit.ids import new_id
from backend.runtime import runtime

group = Group("coupons", help="Coupons: templates, codes, lists to hand out, and proof that all counters are right.")

MOST_SHOWN: Final = 20
PLACES: Final = 1_000_000
BY_HAND: Final = "manual"

code_argument = click.argument("code")
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator whose decision it is.")
note_option = click.option("--note", required=True, help="Why, in a few words; it is kept.")


@group.command()
@code_argument
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--position", type=click.IntRange(-PLACES, PLACES), help="Its place among others, the lowest first.")
@note_option
@by_option
@as_json
def draft(code: str, file: TextIO, *, position: int | None, note: str, by: str, as_json: bool) -> None:
    """Draft a template, or the next version of one, from FILE (JSON; "-": standard input).

    Templates that it names and that do not name it in return are told: the two do not go together yet.
    """
    definition, now = json_object_in(file), runtime().clock.now()

    def work(session: Session) -> dict[str, Any]:
        version = coupons.draft(session, code, definition, by=by, note=note, now=now, position=position)
        session.flush()
        lonely = coupons.one_sided(session, code, coupons.parsed(version.definition))
        return {"code": code, "version": version.version, "status": version.status, "one_sided": lonely}

    tell_one(run(runtime().sessions.write, work), json_wanted=as_json)


@group.command()
@code_argument
@by_option
@as_json
def approve(code: str, *, by: str, as_json: bool) -> None:
    """Let another operator's draft go live when it is wanted."""
    _decide(coupons.approve, code, as_json=as_json, by=by)


@group.command()
@code_argument
@by_option
@as_json
def live(code: str, *, by: str, as_json: bool) -> None:
    """Issue coupons by the approved version from now on."""
    _decide(coupons.go_live, code, as_json=as_json, by=by)


@group.command()
@code_argument
@note_option
@by_option
@as_json
def discard(code: str, *, as_json: bool, **told: str) -> None:
    """Give up a version that is not live yet."""
    _decide(coupons.discard, code, as_json=as_json, **told)


@group.command()
@code_argument
@note_option
@by_option
@as_json
def pause(code: str, *, as_json: bool, **told: str) -> None:
    """Issue nothing for a while; coupons that members have stay good."""
    _decide(coupons.pause, code, as_json=as_json, **told)


@group.command()
@code_argument
@note_option
@by_option
@as_json
def resume(code: str, *, as_json: bool, **told: str) -> None:
    """Issue coupons again."""
    _decide(coupons.resume, code, as_json=as_json, **told)


@group.command()
@code_argument
@note_option
@by_option
@as_json
def end(code: str, *, as_json: bool, **told: str) -> None:
    """Issue nothing ever again; coupons that members have stay good."""
    _decide(coupons.end, code, as_json=as_json, **told)


@group.command("list")
@click.option("--status", type=click.Choice(sorted(coupons.TEMPLATE_WORDS)), help="Only these.")
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show_all(*, as_json: bool, **wanted: Any) -> None:
    """List templates, newest first."""
    with runtime().sessions.read() as session:
        rows = [_about(template) for template in coupons.templates_page(session, **wanted)]
    tell(rows, json_wanted=as_json, empty="There are no such templates.")


@group.command()
@code_argument
@as_json
def show(code: str, *, as_json: bool) -> None:
    """Show a template with its versions and who decided what about it."""
    with runtime().sessions.read() as session:
        template = coupons.template(session, code)
        versions = coupons.versions(session, template.id, limit=MOST_SHOWN)
        made = coupons.decisions(session, template.id, limit=MOST_SHOWN)
        row = _about(template)
        row["versions"] = [
            {"version": one.version, "status": one.status, "definition": one.definition} for one in versions
        ]
        row["decisions"] = [f"{local(one.at)} {one.by} {one.what} {one.note}".rstrip() for one in made]
    tell_one(row, json_wanted=as_json)


@group.command()
@code_argument
@click.argument("card_no")
@click.option("--key", help="A name for this one gift: again with the same name, nothing more is given.")
@as_json
def grant(code: str, card_no: str, *, key: str | None, as_json: bool) -> None:
    """Give the member with this card a coupon of a template."""
    here, now = runtime(), runtime().clock.now()

    def work(session: Session) -> dict[str, Any]:
        account = points.lock(session, members.by_card_no(session, card_no).id, now=now)
        source = points.Source(BY_HAND, key or new_id())
        got = coupons.grant(session, account, code, source=source, rng=here.rng, now=now)
        return {"id": str(got.id), "code": code, "status": got.status, "valid_until": local(got.valid_until)}

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


@group.command()
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@as_json
def refusals(*, as_json: bool, **wanted: Any) -> None:
    """List coupons that a rule, a tier or a birthday promised and that could not be given, newest first."""
    with runtime().sessions.read() as session:
        rows = [
            {
                "id": str(one.id),
                "member_id": str(one.member_id),
                "template": one.template_code,
                "for": f"{one.source_kind} {one.source_id}",
                "why": one.failure,
                "at": local(one.at),
            }
            for one in coupons.promises_refused(session, **wanted)
        ]
    tell(rows, json_wanted=as_json, empty="Nothing was refused.")


@group.command()
@as_json
def verify(*, as_json: bool) -> None:
    """Check that every counter is the sum of the rows it counts. Reads only; exit code 1 on any fault."""
    with runtime().sessions.read() as session:
        hold_still(session)
        rows = [asdict(fault) for fault in [*coupons.count_faults(session), *coupons.use_faults(session)]]
    tell(rows, json_wanted=as_json, empty="All counters agree with their rows.")
    if rows:
        raise SystemExit(1)


def _decide(verb: Callable[..., object], code: str, *, as_json: bool, **told: str) -> None:
    run(runtime().sessions.write, partial(verb, code=code, now=runtime().clock.now(), **told))
    with runtime().sessions.read() as session:
        row = _about(coupons.template(session, code))
    tell_one(row, json_wanted=as_json)


def _about(template: coupons.Template) -> dict[str, Any]:
    return {
        "id": str(template.id),
        "code": template.code,
        "status": template.status,
        "version": template.version,
        "issued": template.issued,
        "stock": template.stock,
        "position": template.position,
    }
