import click

from backend import stores
from backend.commands.speech import Group, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime
from config import policy

group = Group("stores", help="Stores, their counters, and the brands sold there.")


@group.command()
@click.argument("code")
@click.argument("name")
@click.option("--return-days", default=policy.RETURN_DAYS, show_default=True, help="How long goods come back.")
@as_json
def create(code: str, name: str, *, return_days: int, as_json: bool) -> None:
    """Open a store."""
    here = runtime()
    store = run(
        here.sessions.write,
        lambda session: stores.create_store(
            session, code=code, name=name, return_days=return_days, now=here.clock.now()
        ),
    )
    tell_one(_store(store), json_wanted=as_json)


@group.command("list")
@as_json
def show(*, as_json: bool) -> None:
    """List the stores."""
    with runtime().sessions.read() as session:
        rows = [{**_store(store), "created_at": local(store.created_at)} for store in stores.list_stores(session)]
    tell(rows, json_wanted=as_json, empty="There are no stores yet.")


@group.command("set-return-days")
@click.argument("code")
@click.argument("days", type=int)
@as_json
def set_return_days(code: str, days: int, *, as_json: bool) -> None:
    """Say how many days after the sale goods come back; the points of later sales settle after that."""
    store = run(
        runtime().sessions.write,
        lambda session: stores.set_return_days(session, stores.store_by_code(session, code).id, days),
    )
    tell_one(_store(store), json_wanted=as_json)


@group.command("create-brand")
@click.argument("code")
@click.argument("name")
@as_json
def create_brand(code: str, name: str, *, as_json: bool) -> None:
    """Make a brand known; counters of any store may be of it."""
    brand = run(
        runtime().sessions.write,
        lambda session: stores.create_brand(session, code=code, name=name),
    )
    tell_one({"id": str(brand.id), "code": brand.code, "name": brand.name}, json_wanted=as_json)


@group.command()
@as_json
def brands(*, as_json: bool) -> None:
    """List the brands."""
    with runtime().sessions.read() as session:
        rows = [{"id": str(brand.id), "code": brand.code, "name": brand.name} for brand in stores.list_brands(session)]
    tell(rows, json_wanted=as_json, empty="There are no brands yet.")


@group.command("create-counter")
@click.argument("store_code")
@click.argument("code")
@click.argument("name")
@click.option("--brand", "brand_code", metavar="CODE", help="The code of its brand (default: none).")
@as_json
def create_counter(store_code: str, code: str, name: str, *, brand_code: str | None, as_json: bool) -> None:
    """Open a counter in a store."""
    counter = run(
        runtime().sessions.write,
        lambda session: stores.create_counter(
            session,
            stores.store_by_code(session, store_code).id,
            code=code,
            name=name,
            brand_id=stores.brand_by_code(session, brand_code).id if brand_code is not None else None,
        ),
    )
    answer = {"id": str(counter.id), "store_code": store_code, "code": counter.code, "name": counter.name}
    tell_one({**answer, "brand_code": brand_code}, json_wanted=as_json)


@group.command()
@click.argument("store_code")
@as_json
def counters(store_code: str, *, as_json: bool) -> None:
    """List the counters of a store with their brands."""
    with runtime().sessions.read() as session:
        found = stores.list_counters(session, stores.store_by_code(session, store_code).id)
        known = stores.brands_of(session, found)
    rows = [
        {"id": str(counter.id), "code": counter.code, "name": counter.name, **_brand(known.get(counter.brand_id or 0))}
        for counter in found
    ]
    tell(rows, json_wanted=as_json, empty="This store has no counters yet.")


def _store(store: stores.Store) -> dict[str, str | int]:
    return {"id": str(store.id), "code": store.code, "name": store.name, "return_days": store.return_days}


def _brand(brand: stores.Brand | None) -> dict[str, str | None]:
    return {"brand_code": brand.code if brand else None, "brand_name": brand.name if brand else None}
