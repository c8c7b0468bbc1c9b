from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar
from uuid import uuid4

import click
from sqlalchemy.orm import Session

from backend import adjustments, members, points
from backend.adjustments import Adjustment
from backend.commands.speech import SHOP_DAY, Group, Number, as_json, local, tell, tell_one
from backend.kit.calendar import shop_day
from backend.kit.db import run
from backend.runtime import runtime

group = Group("adjustments", help="Points given or taken by hand, and what is decided about an account.")

T = TypeVar("T")

MOST_LOTS: Final = 1000

card_argument = click.argument("card_no")
id_argument = click.argument("adjustment_id", type=Number())
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator whose decision it is.")
reason_option = click.option("--reason", required=True, help="Why, in a few words; it is kept.")
note_option = click.option("--note", required=True, help="Why, in a few words; it is kept.")


@group.command()
@card_argument
@click.option("--points", "amount", type=int, required=True, help="How many to give; below 0: to take.")
@click.option("--reason", "reason_code", required=True, metavar="CODE", help="A reason of the rules in force.")
@note_option
@by_option
@click.option("--key", help="A name for this one request: with the same again, nothing more happens.")
@as_json
def request(card_no: str, *, by: str, key: str | None, as_json: bool, **parts: Any) -> None:
    """Adjust the points of a card: at once within the operator's limits, else it waits for another operator."""
    wish = adjustments.Wish(key=key or uuid4().hex, **parts)
    _tell(_of_card(card_no, partial(adjustments.request, wish=wish, by=by, now=_now())), as_json=as_json)


@group.command("list")
@click.option("--status", type=click.Choice(sorted(adjustments.ADJUSTMENT_WORDS)), help="Only these.")
@click.option("--card", "card_no", help="Only this member's.")
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show(*, status: str | None, card_no: str | None, before_id: int | None, limit: int, as_json: bool) -> None:
    """List adjustments, newest first."""
    now = _now()
    with runtime().sessions.read() as session:
        member_id = members.by_card_no(session, card_no).id if card_no else None
        found = adjustments.page(session, now=now, status=status, member_id=member_id, before_id=before_id, limit=limit)
        rows = _rows(session, found, now)
    tell(rows, json_wanted=as_json, empty="There are no such adjustments.")


@group.command()
@id_argument
@click.option("--note", help="A word on it.")
@by_option
@as_json
def approve(adjustment_id: int, *, note: str | None, by: str, as_json: bool) -> None:
    """Let what another operator asked for move its points."""
    _decide(partial(adjustments.approve, note=note), adjustment_id, by, as_json=as_json)


@group.command()
@id_argument
@note_option
@by_option
@as_json
def refuse(adjustment_id: int, *, note: str, by: str, as_json: bool) -> None:
    """Refuse what another operator asked for."""
    _decide(partial(adjustments.refuse, note=note), adjustment_id, by, as_json=as_json)


@group.command()
@id_argument
@by_option
@as_json
def withdraw(adjustment_id: int, *, by: str, as_json: bool) -> None:
    """Take one's own request back before it is decided."""
    _decide(adjustments.withdraw, adjustment_id, by, as_json=as_json)


@group.command()
@id_argument
@note_option
@by_option
@as_json
def reverse(adjustment_id: int, *, note: str, by: str, as_json: bool) -> None:
    """Undo an adjustment, once: what was given is taken back, what was taken is given back."""
    _decide(partial(adjustments.reverse, note=note), adjustment_id, by, as_json=as_json)


@group.command()
@card_argument
@as_json
def lots(card_no: str, *, as_json: bool) -> None:
    """List what is left of each earning of a card: its number and its last good day (none: for ever)."""
    with runtime().sessions.read() as session:
        found = points.lots(session, members.by_card_no(session, card_no).id, limit=MOST_LOTS)
        rows = [_lot(lot) for lot in found]
    tell(rows, json_wanted=as_json, empty="No points are left.")


@group.command()
@card_argument
@click.argument("lot_no", type=Number())
@click.argument("day", metavar="YYYY-MM-DD", type=SHOP_DAY)
@reason_option
@by_option
@as_json
def extend(card_no: str, lot_no: int, day: datetime, *, reason: str, by: str, as_json: bool) -> None:
    """Let what is left of a lot be good through a later day."""
    now, last_day = _now(), day.date()
    put_off = partial(adjustments.extend_lot, lot_no=lot_no, last_day=last_day, reason=reason, by=by, now=now)
    tell_one(_lot(_of_card(card_no, put_off)), json_wanted=as_json)


@group.command()
@card_argument
@reason_option
@by_option
def freeze(card_no: str, *, reason: str, by: str) -> None:
    """Let no points out of an account, and write none off, while it is looked into; points still come in."""
    fresh = _of_card(card_no, partial(adjustments.freeze, reason=reason, by=by, now=_now()))
    click.echo(f"The account of {card_no} is frozen." if fresh else f"The account of {card_no} was frozen before.")


@group.command()
@card_argument
@reason_option
@by_option
def unfreeze(card_no: str, *, reason: str, by: str) -> None:
    """Let a frozen account go on; what came due meanwhile happens now. For admins."""
    fresh = _of_card(card_no, partial(adjustments.unfreeze, reason=reason, by=by, now=_now()))
    click.echo(f"The account of {card_no} goes on." if fresh else f"The account of {card_no} was not frozen.")


def _now() -> datetime:
    return runtime().clock.now()


def _of_card(card_no: str, verb: Callable[[Session, int], T]) -> T:
    return run(runtime().sessions.write, lambda session: verb(session, members.by_card_no(session, card_no).id))


def _decide(verb: Callable[..., Adjustment], adjustment_id: int, by: str, *, as_json: bool) -> None:
    _tell(run(runtime().sessions.write, partial(verb, adjustment_id=adjustment_id, by=by, now=_now())), as_json=as_json)


def _tell(adjustment: Adjustment, *, as_json: bool) -> None:
    with runtime().sessions.read() as session:
        (row,) = _rows(session, [adjustment], _now())
    tell_one(row, json_wanted=as_json)


def _rows(session: Session, found: Sequence[Adjustment], now: datetime) -> list[dict[str, Any]]:
    cards = members.card_numbers(session, [one.member_id for one in found])
    return [
        {
            "id": str(one.id),
            "card_no": cards[one.member_id],
            "points": one.amount,
            "reason": one.reason_words,
            "note": one.note,
            "status": adjustments.status_at(one.status, one.lapses_at, now),
            "asked_by": one.asked_by,
            "asked_at": local(one.asked_at),
            "decided_by": one.decided_by,
            "decided_at": local(one.decided_at),
            "reversed_by": one.reversed_by,
        }
        for one in found
    ]


def _lot(lot: points.Lot) -> dict[str, Any]:
    last_day = lot.expires_at and shop_day(lot.expires_at - timedelta(microseconds=1))
    return {"lot": lot.lot_no, "points": lot.remaining, "of": lot.amount, "last_day": last_day and last_day.isoformat()}
