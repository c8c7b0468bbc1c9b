from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import operators, scenes, stores
from backend.commands.speech import SHOP_DAY, Group, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime
from backend.wechat import WeChatError

group = Group("scenes", help="QR codes of the official account for stores, staff and events, and what they bring.")

SEPARATOR = "/"  # of the parts of a key: codes hold none
UNDRAWN_AT_ONCE = 1000


@group.command()
@click.argument("kind", type=click.Choice(scenes.KINDS))
@click.argument("label")
@click.option("--store", "store_code", metavar="CODE", help="The store; wanted for stores and staff.")
@click.option("--subject", metavar="CODE", help="What it is about: an employee's code, an event's, a member's …")
@click.option("--greeting", metavar="TEXT", help="How who scans it is greeted, in place of the words for its kind.")
@click.option("--days", type=int, metavar="1-30", help="A code for so many days (default: a permanent one).")
@click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
@as_json
def create(kind: scenes.Kind, label: str, *, by: str, as_json: bool, **given: Any) -> None:
    """Make a scene, named LABEL where people read it, and ask WeChat for its code."""
    here, plan = runtime(), scenes.Plan(kind, label, **given)

    def work(session: Session) -> scenes.Scene:
        login = operators.acting(session, by).login
        return scenes.make(session, plan, by=login, rng=here.rng, now=here.clock.now())

    made = run(here.sessions.write, work)
    tell_one(_told([drawn(made)])[0], json_wanted=as_json)


@group.command("list")
@click.option("--kind", type=click.Choice(scenes.KINDS), help="Only of this kind.")
@click.option("--store", "store_code", metavar="CODE", help="Only of this store.")
@click.option("--before", "before_id", type=int, help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show(*, kind: scenes.Kind | None, store_code: str | None, before_id: int | None, limit: int, as_json: bool) -> None:
    """List scenes, the newest first."""
    with runtime().sessions.read() as session:
        store_id = _store_id(session, store_code)
        found = scenes.page(session, kind=kind, store_id=store_id, before_id=before_id, limit=limit)
    tell(_told(found), json_wanted=as_json, empty="There are no such scenes.")


@group.command()
@click.option("--by", "by", type=click.Choice(scenes.GROUPS), default="scene", show_default=True)
@click.option("--from", "first", type=SHOP_DAY, metavar="YYYY-MM-DD", help="The first shop day that counts.")
@click.option("--to", "last", type=SHOP_DAY, metavar="YYYY-MM-DD", help="The last one.")
@click.option("--scene", "code", metavar="CODE", help="Only of this scene.")
@click.option("--kind", type=click.Choice(scenes.KINDS), help="Only of this kind.")
@click.option("--store", "store_code", metavar="CODE", help="Only of this store.")
@click.option("--after", metavar="KEY", help="Only lines behind this key: the next page.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@as_json
def stats(
    *, by: scenes.Group, store_code: str | None, after: str | None, limit: int, as_json: bool, **given: Any
) -> None:
    """Sum up scans, people (once a scene and day), followers gained and lost, and members who joined."""
    days = {name: given[name] and given[name].date() for name in ("first", "last")}
    with runtime().sessions.read() as session:
        asked = scenes.Asked(**(given | days), store_id=_store_id(session, store_code))
        lines = scenes.statistics(session, asked, by=by, after=_place(by, after), limit=limit)
    tell([_line(line) for line in lines], json_wanted=as_json, empty="Nothing was scanned.")


@group.command()
@click.argument("codes", metavar="[CODE]…", nargs=-1)
@as_json
def draw(codes: tuple[str, ...], *, as_json: bool) -> None:
    """Ask WeChat for codes: again for scenes whose code's time is over, or without CODE for all that have none."""
    with runtime().sessions.read() as session:
        asked = (
            [scenes.by_code(session, code) for code in codes]
            if codes
            else scenes.undrawn(session, limit=UNDRAWN_AT_ONCE)
        )
    tell(_told([drawn(scene) for scene in asked]), json_wanted=as_json, empty="All scenes have their codes.")


@group.command()
@click.argument("code")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def image(code: str, file: Path) -> None:
    """Write the code of a scene to FILE for the printer: .svg with the label below it, or .png of the code alone."""
    with runtime().sessions.read() as session:
        picture = scenes.poster(scenes.by_code(session, code))
    kinds = {".svg": picture.svg, ".png": picture.png}
    if file.suffix.lower() not in kinds:
        raise click.ClickException(f"{file.name} ends neither in .svg nor in .png")
    file.write_bytes(kinds[file.suffix.lower()])
    click.echo(f"{file} is written.")


@group.command()
@click.argument("code")
@click.option("--label", help="What people read.")
@click.option("--greeting", metavar="TEXT", help='How who scans it is greeted; "" for the words of its kind.')
@as_json
def reword(code: str, *, label: str | None, greeting: str | None, as_json: bool) -> None:
    """Change how a scene is called or greets. Its code stays, on paper too."""
    words = scenes.Words(label, greeting)
    scene = run(runtime().sessions.write, lambda session: scenes.reword(session, code, words))
    tell_one(_told([scene])[0], json_wanted=as_json)


@group.command()
@click.argument("code")
@as_json
def retire(code: str, *, as_json: bool) -> None:
    """Let a scene lead nobody and count nothing any more; its code still opens the account."""
    here = runtime()
    scene = run(here.sessions.write, lambda session: scenes.retire(session, code, now=here.clock.now()))
    tell_one(_told([scene])[0], json_wanted=as_json)


def drawn(scene: scenes.Scene) -> scenes.Scene:
    """The scene with the code that WeChat gives for it now; asked outside of any transaction. Raises ClickException."""
    here = runtime()
    try:
        code = here.official_account.codes.create(scene.code, good_for=scenes.good_for(scene.days))
    except WeChatError as error:
        raise click.ClickException(
            f"{scene.code} is made, but WeChat gave no code for it ({error}). Later: flask scenes draw {scene.code}"
        ) from None

    def keep(session: Session) -> scenes.Scene:
        return scenes.note_drawn(session, scene.code, ticket=code.ticket, url=code.url, now=here.clock.now())

    return run(here.sessions.write, keep)


def _store_id(session: Session, code: str | None) -> int | None:
    return stores.store_by_code(session, code).id if code is not None else None


def _place(by: scenes.Group, after: str | None) -> tuple[str, ...] | None:
    if after is None:
        return None
    parts = tuple(after.split(SEPARATOR))
    if len(parts) != (2 if by == "staff" else 1):
        raise click.BadParameter(f"{after} is no key of a line by {by}", param_hint="--after")
    if by == "day":
        try:
            datetime.strptime(after, "%Y-%m-%d")  # noqa: DTZ007  a day has no zone
        except ValueError:
            raise click.BadParameter(f"{after} is no day", param_hint="--after") from None
    return parts


def _line(line: scenes.Line) -> dict[str, Any]:
    figures = {name: getattr(line, name) for name in ("scans", "people", "follows", "unfollows", "net", "joins")}
    return {"key": SEPARATOR.join(line.key), "name": line.name, **figures}


def _told(found: Sequence[scenes.Scene]) -> list[dict[str, Any]]:
    with runtime().sessions.read() as session:
        codes = {store.id: store.code for store in stores.list_stores(session)}
    return [_one(scene, codes.get(scene.store_id or 0)) for scene in found]


def _one(scene: scenes.Scene, store_code: str | None) -> dict[str, Any]:
    return {
        "id": str(scene.id),
        "code": scene.code,
        "kind": scene.kind,
        "store": store_code,
        "subject": scene.subject,
        "label": scene.label,
        "greeting": scene.greeting,
        "url": scene.url,
        "expires_at": local(scene.expires_at),
        "made_by": scene.made_by,
        "made_at": local(scene.made_at),
        "retired_at": local(scene.retired_at),
    }
