from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, get_args

import click
from sqlalchemy.orm import Session

from backend import receipts, stores
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("receipts", help="Claims of purchases that were made without the card.")

claim_argument = click.argument("claim_id", type=Number())
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
reason_option = click.option("--reason", required=True, help="Why, in a sentence that the member reads.")


@group.command("list")
@click.option("--status", type=click.Choice(get_args(receipts.Status)), default="review", show_default=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1, max=1000))
@click.option("--before", "before_id", type=Number(), metavar="ID", help="Only claims older than this one.")
@as_json
def show_all(status: receipts.Status, *, limit: int, before_id: int | None, as_json: bool) -> None:
    """List claims, newest first: those that wait for your eyes, unless told otherwise."""
    with runtime().sessions.read() as session:
        found = receipts.claims(session, status, before_id=before_id, limit=limit)
        rows = [shown(one) for one in found]
    tell(rows, json_wanted=as_json, empty="There are no such claims.")


@group.command()
@claim_argument
@as_json
def show(claim_id: int, *, as_json: bool) -> None:
    """Show a claim, where its picture is, and which others look like it."""
    here = runtime()
    with here.sessions.read() as session:
        claim = receipts.claim(session, claim_id)
        alike = " ".join(map(str, receipts.lookalikes(session, claim)))
        picture = receipts.picture_of(session, claim)
        row = {**shown(claim), "picture": picture and f"{here.public_base_url}{picture}", "looks_like": alike}
    tell_one(row, json_wanted=as_json)


@group.command()
@claim_argument
@click.option("--store", "store_code", required=True, metavar="CODE", help="The store on the receipt.")
@click.option("--order-no", required=True, help="Its number.")
@click.option("--fen", required=True, type=click.IntRange(min=0, max=10**11), help="What was paid in money.")
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day of the purchase.")
@click.option("--unreported", is_flag=True, help="The till reports nothing: note the sale as well, as it was read.")
@by_option
@as_json
def accept(claim_id: int, *, store_code: str, day: Any, unreported: bool, by: str, as_json: bool, **read: Any) -> None:
    """Read the picture of CLAIM_ID: it is settled now, or when the till's data come."""
    bought_on: date = day.date()

    def work(session: Session) -> dict[str, Any]:
        named = receipts.Named(stores.store_by_code(session, store_code).id, read["order_no"], read["fen"], bought_on)
        return shown(receipts.accept(session, claim_id, named, unreported=unreported, by=by, now=runtime().clock.now()))

    tell_one(run(runtime().sessions.write, work), json_wanted=as_json)


@group.command()
@claim_argument
@reason_option
@by_option
@as_json
def refuse(claim_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Refuse the picture of CLAIM_ID."""
    _decide(receipts.refuse, claim_id, reason=reason, by=by, as_json=as_json)


@group.command()
@claim_argument
@reason_option
@by_option
@as_json
def undo(claim_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Take back what was given for CLAIM_ID."""
    _decide(receipts.undo, claim_id, reason=reason, by=by, as_json=as_json)


def _decide(verb: Callable[..., receipts.ReceiptClaim], claim_id: int, *, reason: str, by: str, as_json: bool) -> None:
    do = partial(verb, claim_id=claim_id, reason=reason, by=by, now=runtime().clock.now())
    tell_one(run(runtime().sessions.write, lambda session: shown(do(session))), json_wanted=as_json)


def shown(claim: receipts.ReceiptClaim) -> dict[str, Any]:
    """A claim as a line of a list."""
    return {
        "id": str(claim.id),
        "member": str(claim.member_id),
        "way": claim.way,
        "status": claim.status,
        "order_no": claim.order_no,
        "fen": claim.amount_fen,
        "day": claim.bought_on and claim.bought_on.isoformat(),
        "points": claim.points,
        "claimed_at": local(claim.claimed_at),
        "waits_until": local(claim.waits_until),
        "decided_by": claim.decided_by,
        "why": claim.why,
    }
