from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import benefits, members, operators, stores
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("benefits", help="What members use of the catalogue of benefits, their cars, and gifts of birthdays.")

card_argument = click.argument("card_no", metavar="CARD")
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
reason_option = click.option("--reason", required=True, help="Why; it is asked for later.")


@group.command()
@as_json
def check(*, as_json: bool) -> None:
    """Tell what the catalogue in force names and the shop does not know (tiers, stores), and what memberships on sale
    promise that it does not keep. Exit 1 if there is any.
    """
    here = runtime()
    now = here.clock.now()
    with here.sessions.read() as session:
        book, version = benefits.live(session, now=now)
        found = benefits.strangers(session, book, now=now) + benefits.unkept(session, book, now=now)
    rows = [{"version": version, "what": one} for one in found]
    tell(rows, json_wanted=as_json, empty=f"Version {version} names what there is.")
    if found:
        raise SystemExit(1)


@group.command()
@card_argument
@as_json
def show(card_no: str, *, as_json: bool) -> None:
    """Show what the member with CARD has of each benefit in this period."""
    here = runtime()
    now = here.clock.now()
    with here.sessions.read() as session:
        found = benefits.catalogue(session, members.by_card_no(session, card_no).id, now=now)
    rows = [_shown(one) for one in found.benefits]
    tell(rows, json_wanted=as_json, empty="There are no benefits on offer.")


@group.command()
@card_argument
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1, max=1000))
@click.option("--before", "before_id", type=Number(), metavar="ID", help="Only uses older than this one.")
@as_json
def uses(card_no: str, *, limit: int, before_id: int | None, as_json: bool) -> None:
    """List what the member with CARD used, newest first."""
    with runtime().sessions.read() as session:
        member_id = members.by_card_no(session, card_no).id
        rows = [_used(one) for one in benefits.uses(session, member_id, before_id=before_id, limit=limit)]
    tell(rows, json_wanted=as_json, empty="Nothing was used.")


@group.command()
@click.argument("use_id", metavar="USE", type=Number())
@reason_option
@by_option
@as_json
def reverse(use_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Undo USE: the member has so much more again in its period."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        login = operators.acting(session, by).login
        return _used(benefits.reverse(session, use_id, by=login, reason=reason, now=now))

    tell_one(_done(work), json_wanted=as_json)


@group.command("move-plate")
@click.argument("plate")
@click.option("--to", "card_no", required=True, metavar="CARD", help="The member whose car it is.")
@reason_option
@by_option
@as_json
def move_plate(plate: str, *, card_no: str, reason: str, by: str, as_json: bool) -> None:
    """Give PLATE to the member whose car it is, whoever has it now. See the proof first."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        to_id, login = members.by_card_no(session, card_no).id, operators.acting(session, by).login
        car = benefits.move_plate(session, plate, to_id=to_id, by=login, reason=reason, now=now)
        return {"vehicle": str(car.id), "plate": car.plate, "card_no": card_no}

    tell_one(_done(work), json_wanted=as_json)


@group.command("stock-gifts")
@click.argument("code")
@click.argument("store_code", metavar="STORE")
@click.argument("stock", type=click.IntRange(min=0, max=1_000_000))
@as_json
def stock_gifts(code: str, store_code: str, stock: int, *, as_json: bool) -> None:
    """Say that STORE has STOCK gifts of the benefit CODE in all, given ones too."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        benefits.of_catalogue(session, code, now=now)
        row = benefits.stock_gifts(session, code, stores.store_by_code(session, store_code).id, stock)
        return {"benefit": code, "store": store_code, "stock": row.stock, "given": row.given}

    tell_one(_done(work), json_wanted=as_json)


def _done(work: Callable[[Session, datetime], dict[str, Any]]) -> dict[str, Any]:
    here = runtime()
    now = here.clock.now()
    return run(here.sessions.write, lambda session: work(session, now))


def _shown(one: benefits.Shown) -> dict[str, Any]:
    return {
        "benefit": one.benefit.code,
        "name": one.benefit.name,
        "kind": one.benefit.kind,
        "quota": one.mine.amount if one.mine else 0,
        "per": one.mine.per if one.mine else None,
        "used": one.used,
        "left": one.left,
    }


def _used(one: benefits.Use) -> dict[str, Any]:
    return {
        "use": str(one.id),
        "benefit": one.benefit,
        "amount": one.amount,
        "way": one.way,
        "ref": one.ref,
        "used_at": local(one.used_at),
        "reversed_at": local(one.reversed_at),
        "reversed_by": one.reversed_by,
        "reason": one.reversed_for,
    }
