"""The commands of what tills took offline and could not be redeemed: `flask coupons conflicts …`."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import coupons, members, stores
from backend.commands.coupons import by_option, note_option
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("conflicts", help="Coupons that tills took offline and that could not be redeemed any more.")

id_argument = click.argument("conflict_id", metavar="ID", type=Number())


@group.command("list")
@click.option("--all", "closed", is_flag=True, help="Also those that are closed.")
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@as_json
def show_all(*, as_json: bool, **wanted: Any) -> None:
    """List those that nobody has decided about, newest first."""
    with runtime().sessions.read() as session:
        rows = _rows(session, coupons.conflicts(session, **wanted))
    tell(rows, json_wanted=as_json, empty="There are no such conflicts.")


@group.command()
@id_argument
@click.argument("decision", type=click.Choice(sorted(coupons.CONFLICT_WORDS)))
@note_option
@by_option
@as_json
def close(conflict_id: int, decision: coupons.ConflictDecision, *, as_json: bool, **told: str) -> None:
    """Settle it: the store bears it, the mall bears it, it was recovered from the member, or it was a mistake."""
    _decide(partial(coupons.close_conflict, decision=decision), conflict_id, as_json=as_json, **told)


@group.command()
@id_argument
@note_option
@by_option
@as_json
def reopen(conflict_id: int, *, as_json: bool, **told: str) -> None:
    """Take a decision back; that it was made stays in the list."""
    _decide(coupons.reopen_conflict, conflict_id, as_json=as_json, **told)


def _decide(verb: Callable[..., coupons.RedemptionConflict], conflict_id: int, *, as_json: bool, **told: str) -> None:
    now = runtime().clock.now()

    def work(session: Session) -> dict[str, Any]:
        (row,) = _rows(session, [verb(session, conflict_id=conflict_id, now=now, **told)])
        return row

    tell_one(run(runtime().sessions.write, work), json_wanted=as_json)


def _rows(session: Session, found: Sequence[coupons.RedemptionConflict]) -> list[dict[str, Any]]:
    owners = coupons.conflict_members(session, found)
    cards = members.card_numbers(session, owners.values())
    notes = defaultdict[int, list[str]](list)
    for one in coupons.conflict_notes(session, [conflict.id for conflict in found]):
        notes[one.conflict_id].append(f"{local(one.at)} {one.by} {one.what} {one.note}")
    return [
        {
            "id": str(one.id),
            "reported_at": local(one.reported_at),
            "redeemed_at": local(one.redeemed_at),
            "store": stores.get_store(session, one.store_id).code,
            "ref": one.ref,
            "card_no": cards[owners[one.coupon_id]],
            "coupon_id": str(one.coupon_id),
            "reason": one.reason,
            "words": one.words,
            "decision": one.decision,
            "decided": "; ".join(notes[one.id]),
        }
        for one in found
    ]
