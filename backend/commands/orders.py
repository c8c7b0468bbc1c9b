from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import structlog
from sqlalchemy.orm import Session

from backend import insights, mall, operators
from backend.commands.speech import Group, Instant, as_json, local, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("orders", help="What members exchanged their points for.")

log = structlog.get_logger(__name__)

WRITERS = {".csv": insights.write_orders_csv, ".xlsx": insights.write_orders_xlsx}

no_argument = click.argument("order_no")
reason_option = click.option("--reason", required=True, help="Why, in a sentence that the member reads.")


@group.command()
@no_argument
@as_json
def prepare(order_no: str, *, as_json: bool) -> None:
    """Note that an order is packed."""
    _do(mall.prepare, order_no, as_json=as_json)


@group.command()
@no_argument
@as_json
def ready(order_no: str, *, as_json: bool) -> None:
    """Note that an order lies ready at its store, and tell the member."""
    _do(mall.make_ready, order_no, as_json=as_json)


@group.command()
@no_argument
@click.option("--carrier", required=True, help="Who carries it, as the member reads it.")
@click.option("--number", "tracking_no", required=True, help="The carrier's number of the parcel.")
@as_json
def ship(order_no: str, *, carrier: str, tracking_no: str, as_json: bool) -> None:
    """Note that an order is on its way, and tell the member. Again, it corrects carrier and number."""
    _do(partial(mall.ship, carrier=carrier, tracking_no=tracking_no), order_no, as_json=as_json)


@group.command()
@no_argument
@click.option("--by", required=True, help="The operator who needs it.")
@as_json
def address(order_no: str, *, by: str, as_json: bool) -> None:
    """Show where an order is to be sent, in full, for its label. Who looked is written to the log."""
    with runtime().sessions.read() as session:
        operator, to = operators.acting(session, by), mall.label_of(session, order_no)
    log.info("orders.address-shown", order_no=order_no, by=operator.login)
    tell_one({"recipient": to.recipient, "phone": to.phone, "address": to.line}, json_wanted=as_json)


@group.command()
@no_argument
@reason_option
@as_json
def refuse(order_no: str, *, reason: str, as_json: bool) -> None:
    """Undo an order that cannot be served: its points and goods go back."""
    _do(partial(mall.refuse, reason=reason), order_no, as_json=as_json)


@group.command("take-back")
@no_argument
@click.option("--restock/--write-off", required=True, help="Whether the goods are fit to go back into stock.")
@as_json
def take_back(order_no: str, *, restock: bool, as_json: bool) -> None:
    """Take back what was handed over: its points go back into the lots that paid, its money to the member by hand."""
    _do(partial(mall.take_back, restock=restock), order_no, as_json=as_json)


@group.command("decline-return")
@no_argument
@reason_option
@as_json
def decline_return(order_no: str, *, reason: str, as_json: bool) -> None:
    """Turn down a member's wish to bring something back."""
    _do(partial(mall.decline_return, reason=reason), order_no, as_json=as_json)


@group.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--since", type=Instant(), required=True, help="Orders placed from this instant on,")
@click.option("--until", type=Instant(), required=True, help="and before this one.")
def export(file: Path, *, since: datetime, until: datetime) -> None:
    """Write orders to FILE, which ends in .csv or .xlsx: one line an item, names masked."""
    write = WRITERS.get(file.suffix.lower())
    if write is None:
        raise click.UsageError("FILE ends in .csv or .xlsx")
    with runtime().sessions.read() as session:
        lines = write(insights.order_rows(session, since=since, until=until), file)
    click.echo(f"{lines} lines are in {file}.")


def _do(verb: Callable[..., mall.Order], order_no: str, *, as_json: bool) -> None:
    here = runtime()
    now = here.clock.now()

    def work(session: Session) -> dict[str, Any]:
        return _row(verb(session, order_no, now=now))

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


def _row(order: mall.Order) -> dict[str, Any]:
    return {
        "no": order.no,
        "title": order.title,
        "points": order.points,
        "money_fen": order.money_fen,
        "way": order.way,
        "status": order.status,
        "placed_at": local(order.placed_at),
        "pick_up_by": local(order.pick_up_by),
        "shipped_at": local(order.shipped_at),
        "carrier": order.carrier,
        "tracking_no": order.tracking_no,
        "received_at": local(order.received_at),
        "closed_at": local(order.closed_at),
        "reason": order.reason,
    }
