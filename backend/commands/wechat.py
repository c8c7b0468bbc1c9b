import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from backend import oa
from backend.commands.speech import Group, as_json, tell
from backend.runtime import runtime
from backend.wechat import WeChatError

group = Group("wechat", help="WeChat.")
menu = Group("menu", help="The menu of the official account, as data: at most 3 buttons with 5 above each.")
group.add_command(menu)

MENU_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@group.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulate(arguments: tuple[str, ...]) -> None:
    """Run a simulated WeChat of one's own; `simulate --help` lists its options."""
    program = [sys.executable, "-m", "backend.wechat.simulator", *arguments]
    os.execv(sys.executable, program)  # noqa: S606  becomes the simulator, which then gets the signals itself


@menu.command()
@as_json
def show(*, as_json: bool) -> None:
    """Show the menu that WeChat has now."""
    with asking_wechat():
        buttons = runtime().official_account.menu.read()
    tell(_rows(buttons or []), json_wanted=as_json, empty="There is no menu.")


@menu.command()
@click.argument("file", type=MENU_FILE, default=oa.DEFAULT_MENU)
@as_json
def check(file: Path, *, as_json: bool) -> None:
    """Check the menu in FILE (.toml, or WeChat's .json; ours without one) as WeChat would, without asking it."""
    tell(_rows(read_menu(file)), json_wanted=as_json, empty="")


@menu.command()
@click.argument("file", type=MENU_FILE, default=oa.DEFAULT_MENU)
@as_json
def push(file: Path, *, as_json: bool) -> None:
    """Check the menu in FILE (ours without one) and give it to WeChat. Phones show it within five minutes."""
    buttons = read_menu(file)
    with asking_wechat():
        runtime().official_account.menu.create(buttons)
    tell(_rows(buttons), json_wanted=as_json, empty="")


@menu.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def pull(file: Path) -> None:
    """Write the menu that WeChat has now to FILE, as JSON that `push` takes."""
    if file.suffix.lower() != ".json":
        raise click.ClickException(f"{file.name} does not end in .json")
    with asking_wechat():
        buttons = runtime().official_account.menu.read()
    if buttons is None:
        raise click.ClickException("there is no menu")
    file.write_text(json.dumps({"button": buttons}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    click.echo(f"{file} is written.")


@menu.command()
@click.confirmation_option(prompt="Take the menu away from all followers?")
def delete() -> None:
    """Let there be no menu."""
    with asking_wechat():
        runtime().official_account.menu.delete()
    click.echo("There is no menu any more.")


def read_menu(file: Path) -> list[oa.Button]:
    """The menu in a file, with our own address and appid filled in. Raises ClickException naming every fault."""
    part = runtime()
    names = {"base_url": part.public_base_url, "mini_program": part.mini_program.appid}
    try:
        return oa.read_menu(file.read_text("utf-8"), is_toml=file.suffix.lower() == ".toml", names=names)
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is not UTF-8") from None
    except oa.MenuRefused as refused:
        raise click.ClickException("\n".join(f"{file.name}: {one}" for one in refused.complaints)) from None


@contextmanager
def asking_wechat() -> Iterator[None]:
    """What WeChat refuses is one line of a command."""
    try:
        yield
    except WeChatError as error:
        raise click.ClickException(f"WeChat refused: {error}") from None


def _rows(buttons: list[oa.Button]) -> list[dict[str, Any]]:
    rows = []
    for number, button in enumerate(buttons, 1):
        rows.append(_row(str(number), button))
        rows += [_row(f"{number}.{above}", one) for above, one in enumerate(button.get("sub_button") or [], 1)]
    return rows


def _row(place: str, button: oa.Button) -> dict[str, Any]:
    leads_to = button.get("pagepath") or button.get("url") or button.get("key")
    return {"place": place, "name": button.get("name"), "type": button.get("type"), "leads_to": leads_to}
