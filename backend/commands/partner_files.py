"""The files that partners and we compare, and what a month comes to."""

import csv
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TextIO

import click
from flask.cli import with_appcontext

from backend import partners
from backend.commands.partners import partner_argument
from backend.commands.speech import MONTH, SHOP_DAY, as_json, local, tell
from backend.runtime import runtime

COLUMNS = ("ref", "direction", "points", "at")
LONGEST_REF = 64
MOST_DIGITS = 12


@click.command()
@with_appcontext
@partner_argument
@click.argument("day", type=SHOP_DAY)
def file(code: str, day: datetime) -> None:
    """Write what was exchanged with PARTNER on DAY as CSV.

    ref, direction (in: their points to ours), points of the giver, at.
    """
    out = csv.writer(sys.stdout)
    out.writerow(COLUMNS)
    with runtime().sessions.read() as session:
        for line in partners.day_lines(session, partners.partner_by_code(session, code).id, day.date()):
            out.writerow((line.ref, line.direction, line.points, local(line.at)))


@click.command()
@with_appcontext
@partner_argument
@click.argument("day", type=SHOP_DAY)
@click.argument("theirs", metavar="FILE", type=click.File(encoding="utf-8-sig"))
@as_json
def reconcile(code: str, day: datetime, theirs: TextIO, *, as_json: bool) -> None:
    """Compare PARTNER's FILE of DAY with ours, line by line; changes nothing. Exit 1 where they differ."""
    with runtime().sessions.read() as session:
        partner_id = partners.partner_by_code(session, code).id
        found = partners.reconcile(session, partner_id, day.date(), _lines(theirs))
    tell([_plain(asdict(one)) for one in found], json_wanted=as_json, empty="Both files say the same.")
    if found:
        raise SystemExit(1)


@click.command()
@with_appcontext
@partner_argument
@click.argument("month", type=MONTH)
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV.")
@as_json
def settlement(code: str, month: datetime, *, as_csv: bool, as_json: bool) -> None:
    """Tell what MONTH comes to with PARTNER: points both ways, and fen by the terms of each exchange."""
    with runtime().sessions.read() as session:
        partner_id = partners.partner_by_code(session, code).id
        rows = [asdict(one) for one in partners.settlement(session, partner_id, month.date())]
    if as_csv:
        out = csv.DictWriter(sys.stdout, list(partners.Settled.__dataclass_fields__))
        out.writeheader()
        out.writerows(rows)
        return
    tell(rows, json_wanted=as_json, empty="Nothing was exchanged.")


def _lines(file: TextIO) -> Iterator[partners.Line]:
    """The lines of a partner's file. Raises ClickException naming the first that cannot be read."""
    try:
        for number, row in enumerate(csv.DictReader(file), start=2):
            yield _line(row, number)
    except (csv.Error, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name} is no CSV in UTF-8: {error}") from error


def _line(row: dict[str | None, Any], number: int) -> partners.Line:
    ref, direction, points, at = (str(row.get(name) or "").strip() for name in COLUMNS)
    sound = points.isascii() and points.isdigit() and len(points) <= MOST_DIGITS
    if not 1 <= len(ref) <= LONGEST_REF or direction not in {partners.IN, partners.OUT} or not sound:
        raise click.ClickException(f"line {number}: wanted {','.join(COLUMNS)}, with direction in or out")
    try:
        return partners.Line(ref, direction, int(points), datetime.fromisoformat(at))
    except ValueError:
        raise click.ClickException(f"line {number}: {at} is no ISO 8601 instant") from None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


COMMANDS = (file, reconcile, settlement)
