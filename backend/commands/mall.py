from dataclasses import asdict
from functools import partial
from typing import Any

import click

from backend import mall
from backend.commands.speech import Group, as_json, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("mall", help="What the points mall offers.")

item_id_argument = click.argument("item_id", type=int)


@group.command("add-item")
@click.argument("title")
@click.option("--points", type=int, required=True, help="Its price in points apiece.")
@click.option("--stock", type=int, required=True, help="How many there are.")
@click.option("--subtitle", default="", help="One line under the title.")
@click.option("--description", default="", help="The full text.")
@click.option("--picture-url", default="", help="Where its picture is.")
@click.option("--position", type=int, default=0, show_default=True, help="Items are shown by ascending position.")
@as_json
def add_item(*, stock: int, as_json: bool, **offer: Any) -> None:
    """Put a new item on offer."""
    here = runtime()
    put = partial(mall.add_item, offer=mall.Offer(**offer), stock=stock, now=here.clock.now())
    tell_one(_row(run(here.sessions.write, put)), json_wanted=as_json)


@group.command("list")
@as_json
def show(*, as_json: bool) -> None:
    """List all items, also those taken off."""
    with runtime().sessions.read() as session:
        rows = [_row(item) for item in mall.all_items(session)]
    tell(rows, json_wanted=as_json, empty="The mall has no items yet.")


@group.command("adjust-stock")
@item_id_argument
@click.option("--by", type=int, required=True, help="How many came; negative: how many were lost.")
def adjust_stock(item_id: int, *, by: int) -> None:
    """Add to the stock of an item, or take out what was lost. What members have ordered is out of it already."""
    run(runtime().sessions.write, lambda session: mall.adjust_stock(session, item_id, by=by))
    click.echo(f"The stock of {item_id} has changed by {by}.")


@group.command("take-off")
@item_id_argument
def take_off(item_id: int) -> None:
    """Stop offering an item; orders for it stay good."""
    run(runtime().sessions.write, lambda session: mall.take_off(session, item_id))
    click.echo(f"{item_id} is off.")


@group.command("put-on")
@item_id_argument
def put_on(item_id: int) -> None:
    """Offer an item again."""
    run(runtime().sessions.write, lambda session: mall.put_on(session, item_id))
    click.echo(f"{item_id} is on.")


@group.command()
@as_json
def verify(*, as_json: bool) -> None:
    """Check that stocks are what came in less what orders hold or have taken. Reads only; exit 1 on any fault."""
    with runtime().sessions.read() as session:
        faults = mall.stock_faults(session)
    rows = [{**asdict(fault), "item_id": str(fault.item_id)} for fault in faults]
    tell(rows, json_wanted=as_json, empty="All stocks agree with their orders.")
    if faults:
        raise SystemExit(1)


def _row(item: mall.Item) -> dict[str, object]:
    return {
        "id": str(item.id),
        "title": item.title,
        "points": item.points,
        "stock": item.stock,
        "status": item.status,
        "position": item.position,
    }
