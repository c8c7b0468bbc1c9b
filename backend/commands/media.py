from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import media, operators
from backend.commands.speech import Group, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("media", help="Pictures for the mall and for texts.")


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
@as_json
def add(file: Path, *, by: str, as_json: bool) -> None:
    """Keep a JPEG, PNG or WebP picture; a file that is there already is told as it is."""
    here, ready = runtime(), media.prepared(_read(file))

    def work(session: Session) -> dict[str, Any]:
        login = operators.acting(session, by).login
        picture, _ = media.add(session, here.media, ready, by=login, now=here.clock.now())
        return _told(picture) | {str(width): picture.path(width) for width in media.WIDTHS}

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


@group.command("list")
@click.option("--before", "before_id", type=int, help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show(*, before_id: int | None, limit: int, as_json: bool) -> None:
    """List pictures, newest first, and how many things show each."""
    with runtime().sessions.read() as session:
        found = media.pictures(session, before_id=before_id, limit=limit)
    rows = [_told(one.picture) | {"uses": one.uses} for one in found]
    tell(rows, json_wanted=as_json, empty="There are no such pictures.")


@group.command()
@click.argument("picture_hash", metavar="HASH")
def delete(picture_hash: str) -> None:
    """Delete a picture that nothing shows; its files go with the next `flask jobs run sweep-pictures`."""
    run(runtime().sessions.write, lambda session: media.delete(session, picture_hash))
    click.echo(f"{picture_hash} is deleted.")


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(media.LARGEST_UPLOAD + 1)


def _told(picture: media.Picture) -> dict[str, Any]:
    return {
        "id": str(picture.id),
        "hash": picture.hash,
        "measures": f"{picture.width} x {picture.height}",
        "bytes": picture.size,
        "by": picture.added_by,
        "at": local(picture.added_at),
    }
