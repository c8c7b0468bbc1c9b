from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from backend import insights
from backend.commands.speech import MONTH, as_json, tell
from backend.kit.db import hold_still
from backend.runtime import runtime

FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@with_appcontext
@click.argument("month", type=MONTH, metavar="YYYY-MM")
@click.option("--to", "last", type=MONTH, metavar="YYYY-MM", help="Report up to this month (default: the one month).")
@click.option("--csv", "csv_file", type=FILE, help="Write it to this file as CSV.")
@click.option("--xlsx", "xlsx_file", type=FILE, help="Write it to this file as a workbook.")
@as_json
def liability(
    month: datetime, *, last: datetime | None, csv_file: Path | None, xlsx_file: Path | None, as_json: bool
) -> None:
    """Report what the house owes in points, month by month, for finance. Exit 1 when a proof of its sums fails."""
    here = runtime()
    with here.sessions.read() as session:
        hold_still(session)
        report = insights.liability(session, month.date(), (last or month).date(), now=here.clock.now())
    _write(insights.write_csv, report, csv_file)
    _write(insights.write_xlsx, report, xlsx_file)
    if as_json or not (csv_file or xlsx_file):
        tell([asdict(row) for row in insights.rows(report)], json_wanted=as_json, empty="")
    if not report.sound:
        raise click.ClickException(
            "the sums of this report do not prove themselves; see its proofs, and `points verify`"
        )


def _write(how: Callable[[insights.Liability, Path], None], report: insights.Liability, path: Path | None) -> None:
    if path is None:
        return
    try:
        how(report, path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"Written: {path}", err=True)
