import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from backend import demo, oa, scenes, stores
from backend.commands.db import migrate
from backend.commands.scenes import drawn
from backend.commands.speech import Group, as_json, progress_bar, tell_one
from backend.commands.wechat import asking_wechat, read_menu
from backend.runtime import runtime

group = Group("demo", help="The demo store. Not for production.")

MOST_CODES = 100


@group.command()
@click.option("--once", is_flag=True, help="Do nothing when there is a store already.")
@click.option("--upgrade", is_flag=True, help="Migrate the database first.")
@click.option(
    "--members",
    envvar="DEMO_MEMBERS",
    default=demo.MEMBERS,
    show_default=True,
    type=click.IntRange(min=1, max=10_000),
    help="How many members (DEMO_MEMBERS).",
)
@click.option("--logins", type=click.Path(path_type=Path), help="Write the logins to this file, for this user only.")
def seed(*, once: bool, upgrade: bool, members: int, logins: Path | None) -> None:
    """Fill an empty database with stores, tills, and members with a year of purchases. All of it, or nothing."""
    if not runtime().development:
        raise click.ClickException("the demo's passwords are public: it is for ENVIRONMENT=development only")
    if upgrade:
        migrate()
    if _store_is_there():
        if not once:
            raise click.ClickException("there is a store already; the demo wants an empty database")
    else:
        _seed(members)
    if logins is not None:
        _write_logins(logins)


@group.command()
def publish() -> None:
    """Show the demo store in WeChat: the menu of the official account, and the codes that it has none of yet."""
    part = runtime()
    if not part.development:
        raise click.ClickException("the demo is for ENVIRONMENT=development only")
    buttons = read_menu(oa.DEFAULT_MENU)
    with asking_wechat():
        part.official_account.menu.create(buttons)
    with part.sessions.read() as session:
        waiting = scenes.undrawn(session, limit=MOST_CODES)
    for scene in waiting:
        drawn(scene)
    click.echo(f"The menu is pushed, {len(waiting)} codes are drawn.")


@group.command()
@as_json
def logins(*, as_json: bool) -> None:
    """Show how to get in: the demo till's key, the demo operator."""
    tell_one(asdict(_logins()), json_wanted=as_json)


def _store_is_there() -> bool:
    with runtime().sessions.read() as session:
        return bool(stores.list_stores(session))


def _seed(members: int) -> None:
    here = runtime()
    with progress_bar() as bar:
        task = bar.add_task("Seeding the demo store", total=None)
        steps = demo.seed(
            here.sessions,
            appid=here.mini_program.appid,
            now=here.clock.now(),
            members_wanted=members,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    click.echo(f"Seeded a demo store: {members} members, {steps} things that happened in a year.")


def _logins() -> demo.Logins:
    with runtime().sessions.read() as session:
        found = demo.logins(session)
    if found is None:
        raise click.ClickException("this database holds no demo store")
    return found


def _write_logins(path: Path) -> None:
    found = _logins()
    content = {
        "till": {
            "store_id": str(found.store_id),
            "store_code": found.store_code,
            "store_name": found.store_name,
            "app_key": found.app_key,
            "secret": found.secret,
        },
        "operator": {"login": found.operator, "password": found.password},
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
