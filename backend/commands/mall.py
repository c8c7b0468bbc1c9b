import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click
from sqlalchemy.orm import Session

from backend import mall, stores
from backend.commands.speech import SHOP_DAY, Group, Instant, as_json, local, progress_bar, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("mall", help="What the points mall offers.")

Part = Mapping[int, str]

MOST_WARNINGS = 1_000

item_id_argument = click.argument("item_id", type=int)


def _offer_options(command: Callable[..., None]) -> Callable[..., None]:
    """What an item is and on what terms it can be had."""
    options = (
        click.option("--kind", type=click.Choice(get_args(mall.Kind)), default="goods", show_default=True),
        click.option("--coupon-template", metavar="CODE", help="What a coupon is one of."),
        click.option("--points", type=int, required=True, help="Its price in points apiece."),
        click.option("--money", "money_fen", type=int, default=0, help="In fen apiece, paid at the counter besides."),
        click.option("--subtitle", default="", help="One line under the title."),
        click.option("--description", default="", help="The full text, in HTML; what is not fit is left out."),
        click.option("--picture-url", default="", help="Where its picture is; ours by the path that `media` told."),
        click.option("--category", default="", help="What it is sorted into."),
        click.option("--position", type=int, default=0, show_default=True, help="Shown by ascending position."),
        click.option("--tier-points", multiple=True, metavar="TIER=POINTS", help="Another price for a tier."),
        click.option("--on-from", type=Instant(), help="When it can be had; tiers with early access before."),
        click.option("--off-at", type=Instant(), help="When it goes."),
        click.option("--limit", "limit_pieces", type=int, help="How many a member may have,"),
        click.option("--limit-days", type=int, help="within so many days (default: ever)."),
        click.option("--deposit", "deposit_points", type=int, help="Points apiece to order it ahead,"),
        click.option("--pick-up-from", type=Instant(), help="to be picked up from then on"),
        click.option("--pick-up-until", type=Instant(), help="until then."),
        click.option(
            "--ways", type=click.Choice(get_args(mall.Ways)), default="pick-up", show_default=True, help="How it goes."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@group.command("add-item")
@click.argument("title")
@click.option("--stock", type=int, required=True, help="How many there are.")
@click.option("--draft", is_flag=True, help="Do not show it yet.")
@_offer_options
@as_json
def add_item(*, stock: int, draft: bool, as_json: bool, **offer: Any) -> None:
    """Put a new item on offer."""
    here = runtime()
    now, told = here.clock.now(), _offer(**offer)

    def put(session: Session) -> dict[str, object]:
        return _row(mall.add_item(session, told, stock=stock, status="draft" if draft else "on", now=now))

    tell_one(run(here.sessions.write, put), json_wanted=as_json)


@group.command("change-item")
@item_id_argument
@click.argument("title")
@_offer_options
@as_json
def change_item(item_id: int, *, as_json: bool, **offer: Any) -> None:
    """Say an item anew, all of it; orders keep what they were placed for."""
    told = _offer(**offer)

    def change(session: Session) -> dict[str, object]:
        return _row(mall.change_item(session, item_id, told))

    tell_one(run(runtime().sessions.write, change), json_wanted=as_json)


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
@click.option("--store", "store_code", metavar="CODE", help="A store's own stock (default: the house's).")
@click.option("--low-at", type=click.IntRange(min=0), help="From now on it runs low at so many pieces.")
def adjust_stock(item_id: int, *, by: int, store_code: str | None, low_at: int | None) -> None:
    """Add to the stock of an item, or take out what was lost. What members have ordered is out of it already.

    A store that has stock of its own is served from it alone, all others from the house's.
    """

    def work(session: Session) -> None:
        store_id = stores.store_by_code(session, store_code).id if store_code else mall.CENTRAL
        mall.adjust_stock(session, item_id, by=by, store_id=store_id, low_at=low_at)

    run(runtime().sessions.write, work)
    click.echo(f"The stock of {item_id} has changed by {by}.")


@group.command("import-codes")
@item_id_argument
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@as_json
def import_codes(item_id: int, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Add the codes of a virtual item: UTF-8 text, one a line (of a CSV its first column).

    Lines that cannot be a code, or are known, are told by their numbers. It may be repeated: nothing is added twice.
    """
    here, parts = runtime(), list(mall.slices(_lines(file)))
    add = partial(mall.import_codes, item_id=item_id, now=here.clock.now())
    if dry_run:
        with here.sessions.write() as session:  # nothing of it is committed
            total = _all_of(parts, lambda part: add(session, lines=part))
    else:
        total = _all_of(parts, lambda part: run(here.sessions.write, partial(add, lines=part)))
    tell_one(asdict(total), json_wanted=as_json)


@group.command("stocks")
@item_id_argument
@as_json
def show_stocks(item_id: int, *, as_json: bool) -> None:
    """Show where an item lies: left, stocked in all, and when it runs low."""
    with runtime().sessions.read() as session:
        codes = {store.id: store.code for store in stores.list_stores(session)}
        rows = [
            {"store": codes.get(store_id), "stock": one.stock, "stocked": one.stocked, "low_at": one.low_at}
            for store_id, one in sorted(mall.stocks_of(session, item_id).items())
        ]
    tell(rows, json_wanted=as_json, empty="There is no stock of it.")


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
def warnings(*, as_json: bool) -> None:
    """List stocks that run low, orders that lapse soon, and orders to be sent that are late: a thousand of each."""
    here = runtime()
    now = here.clock.now()
    with here.sessions.read() as session:
        codes = {store.id: store.code for store in stores.list_stores(session)}
        low = [
            {"what": "low-stock", "no": str(one.item_id), "title": one.title, "left": one.stock}
            | {"store": codes.get(one.store_id or 0), "until": None}
            for one in mall.low_stocks(session, limit=MOST_WARNINGS)
        ]
        waiting = [
            _of_order("not-picked-up", one, store=codes.get(one.store_id or 0), until=one.pick_up_by)
            for one in mall.not_picked_up(session, now=now, limit=MOST_WARNINGS)
        ]
        late = [
            _of_order("not-shipped", one, store=None, until=mall.ship_by(one))
            for one in mall.not_shipped(session, now=now, limit=MOST_WARNINGS)
        ]
    tell([*low, *waiting, *late], json_wanted=as_json, empty="Nothing to be warned of.")


@group.command()
@click.option("--since", type=SHOP_DAY, required=True, help="From this day of the shop on,")
@click.option("--until", type=SHOP_DAY, required=True, help="and before this one.")
@as_json
def takings(*, since: datetime, until: datetime, as_json: bool) -> None:
    """Show what stores took and handed back at the counter for exchanges, in fen, by day."""
    with runtime().sessions.read() as session:
        codes = {store.id: store.code for store in stores.list_stores(session)}
        rows = [
            {"day": one.on.isoformat(), "store": codes.get(one.store_id), "taken_fen": one.taken_fen}
            | {"handed_back_fen": one.handed_back_fen}
            for one in mall.takings(session, since=since.date(), until=until.date())
        ]
    tell(rows, json_wanted=as_json, empty="No money was taken.")


@group.command()
@as_json
def verify(*, as_json: bool) -> None:
    """Check that stocks are what came in less what orders hold or have taken, and that money was taken for what is with
    its members, the first thousand that was not. Reads only; exit 1 on any fault.
    """
    with runtime().sessions.read() as session:
        stocks = [
            {"what": f"stock of {one.item_id} at {one.store_id}", "is": one.stock, "should_be": one.expected}
            for one in mall.stock_faults(session)
        ]
        money = [
            {"what": f"fen paid for {one.order_no}", "is": one.paid_fen, "should_be": one.expected_fen}
            for one in mall.payment_faults(session, limit=MOST_WARNINGS)
        ]
    tell([*stocks, *money], json_wanted=as_json, empty="All stocks and payments agree with their orders.")
    if stocks or money:
        raise SystemExit(1)


def _lines(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as wrong:
        raise click.UsageError("The file is not UTF-8 text.") from wrong
    return [row[0] if row else "" for row in csv.reader(lines)] if file.suffix.lower() == ".csv" else lines


def _all_of(parts: Sequence[Part], add: Callable[[Part], mall.Imported]) -> mall.Imported:
    """What comes of all parts of a file; a terminal shows how far it has come."""
    total = mall.Imported()
    with progress_bar() as bar:
        task = bar.add_task("Importing codes", total=sum(map(len, parts)))
        for part in parts:
            total.add(add(part))
            bar.advance(task, len(part))
    return total


def _row(item: mall.Item) -> dict[str, object]:
    return {
        "id": str(item.id),
        "kind": item.kind,
        "title": item.title,
        "points": item.points,
        "money_fen": item.money_fen,
        "stock": item.stock,
        "status": item.status,
        "position": item.position,
    }


def _of_order(what: str, order: mall.Order, *, store: str | None, until: datetime | None) -> dict[str, object]:
    return {
        "what": what,
        "no": order.no,
        "title": order.title,
        "left": None,
        "store": store,
        "until": local(until),
    }


def _offer(*, tier_points: Sequence[str], **parts: Any) -> mall.Offer:
    pairs = [one.partition("=") for one in tier_points]
    if not all(points.isascii() and points.isdigit() for _, _, points in pairs):
        raise click.UsageError("--tier-points wants TIER=POINTS, such as gold=280")
    return mall.Offer(**parts, tier_points={tier: int(points) for tier, _, points in pairs})
