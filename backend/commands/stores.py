import click

from backend import stores
from backend.commands.speech import Group, as_json, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("stores", help="Stores.")


@group.command()
@click.argument("code")
@click.argument("name")
@as_json
def create(code: str, name: str, *, as_json: bool) -> None:
    """Open a store."""
    here = runtime()
    store = run(
        here.sessions.write,
        lambda session: stores.create_store(session, code=code, name=name, now=here.clock.now()),
    )
    tell_one({"id": str(store.id), "code": store.code, "name": store.name}, json_wanted=as_json)


@group.command("list")
@as_json
def show(*, as_json: bool) -> None:
    """List the stores."""
    with runtime().sessions.read() as session:
        rows = [
            {"id": str(store.id), "code": store.code, "name": store.name, "created_at": store.created_at.isoformat()}
            for store in stores.list_stores(session)
        ]
    tell(rows, json_wanted=as_json, empty="There are no stores yet.")
