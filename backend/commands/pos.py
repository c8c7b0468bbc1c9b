import click

from backend import stores
from backend.commands.speech import Group, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("pos", help="The tills and their keys.")


@group.command("create-key")
@click.argument("store_code")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(sorted(stores.SCOPES)),
    multiple=True,
    help="What the key opens; may be repeated (default: everything).",
)
@as_json
def create_key(store_code: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Make a key for the tills of a store. Its secret is shown this once."""
    here = runtime()
    granted = frozenset(scopes) or stores.SCOPES
    key = run(
        here.sessions.write,
        lambda session: stores.create_till_key(
            session,
            stores.store_by_code(session, store_code).id,
            scopes=granted,
            rng=here.rng,
            now=here.clock.now(),
        ),
    )
    answer = {"app_key": key.app_key, "secret": key.secret, "store_code": store_code, "scopes": sorted(granted)}
    tell_one(answer, json_wanted=as_json)


@group.command("list-keys")
@click.argument("store_code")
@as_json
def list_keys(store_code: str, *, as_json: bool) -> None:
    """List the keys of a store, revoked ones too."""
    with runtime().sessions.read() as session:
        rows = [
            {
                "app_key": key.app_key,
                "scopes": key.scopes,
                "created_at": local(key.created_at),
                "revoked_at": local(key.revoked_at),
            }
            for key in stores.list_till_keys(session, stores.store_by_code(session, store_code).id)
        ]
    tell(rows, json_wanted=as_json, empty="This store's tills have no keys yet.")


@group.command("revoke-key")
@click.argument("app_key")
def revoke_key(app_key: str) -> None:
    """Let a key open nothing any more, from this moment on."""
    here = runtime()
    run(here.sessions.write, lambda session: stores.revoke_till_key(session, app_key, now=here.clock.now()))
    click.echo(f"{app_key} is revoked.")
