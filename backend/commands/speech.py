"""How commands speak: results on standard output (tables, or JSON for programs), everything else on standard error."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from backend.kit.errors import DomainError
from backend.kit.schema import MAX_ID
from config import policy

Row = Mapping[str, Any]

WIDTH_OF_A_PIPE: Final = 240  # nothing is cut short for whoever reads it by program

LONGEST_NUMBER: Final = 20  # digits
YEARS: Final = range(2000, 2200)
OUT_OF_TIME: Final = f"{{}} is not in the years {YEARS[0]} to {YEARS[-1]}"
as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


class Group(AppGroup):
    """A group of commands. A refusal, or a database that does not answer, is one line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as refused:
            raise click.ClickException(f"{refused.detail} ({refused.code})") from refused
        except DBAPIError as error:
            raise click.ClickException(f"the database refused: {error.orig}") from error


class Instant(click.ParamType[datetime]):
    """An ISO 8601 instant of the years that are reckoned with, answered in UTC; without a zone it is the shop's."""

    name = "ISO"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no ISO 8601 instant, such as 2026-03-01T02:10", param, ctx)
        if at.year not in YEARS:
            self.fail(OUT_OF_TIME.format(value), param, ctx)
        return (at if at.tzinfo else at.replace(tzinfo=policy.SHOP_ZONE)).astimezone(UTC)


class Number(click.ParamType[int]):
    """A number that things are counted or known by, as far as a database counts."""

    name = "NUMBER"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER and int(text) <= MAX_ID):
            self.fail(f"{value} is no number from 0 to {MAX_ID}", param, ctx)
        return int(text)


class Calendar(click.DateTime):
    """A day or a month of the years that are reckoned with."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if found.year not in YEARS:
            self.fail(OUT_OF_TIME.format(value), param, ctx)
        return found


MONTH: Final = Calendar(["%Y-%m"])
SHOP_DAY: Final = Calendar(["%Y-%m-%d"])


def json_object_in(file: TextIO) -> dict[str, Any]:
    """The JSON object that a file holds. Raises ClickException."""
    try:
        found = json.load(file)
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file.name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise click.ClickException(f"{file.name} is no JSON object")
    return found


def tell(rows: Sequence[Row], *, json_wanted: bool, empty: str) -> None:
    """Print rows as a table or as a JSON list; `empty` is what a person reads when there are none."""
    if json_wanted:
        click.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2, default=str))
    elif not rows:
        click.echo(empty)
    else:
        console = Console()
        console = console if console.is_terminal else Console(width=WIDTH_OF_A_PIPE)
        console.print(_table(rows))


def tell_one(row: Row, *, json_wanted: bool) -> None:
    """Print one result as `name: value` lines or as a JSON object."""
    if json_wanted:
        click.echo(json.dumps(dict(row), ensure_ascii=False, indent=2, default=str))
        return
    for name, value in row.items():
        click.echo(f"{name}: {_shown(value)}")


def local(at: datetime | None) -> str | None:
    """An instant as the shop's clock shows it, to the second."""
    return at.astimezone(policy.SHOP_ZONE).isoformat(timespec="seconds") if at else None


def progress_bar() -> Progress:
    """A progress bar on standard error; a terminal shows it, a pipe does not."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in rows[0]:
        table.add_column(name)
    for row in rows:
        table.add_row(*map(_shown, row.values()))
    return table
