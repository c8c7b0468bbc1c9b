from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from flask.cli import with_appcontext

from backend import insights
from backend.commands.speech import MONTH, SHOP_DAY, as_json, tell
from backend.kit.db import hold_still
from backend.runtime import runtime

FILE: Final = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@with_appcontext
@click.argument("month", type=MONTH, metavar="YYYY-MM")
@click.option("--to", "last", type=MONTH, metavar="YYYY-MM", help="Report up to this month (default: the one month).")
@click.option("--csv", "csv_file", type=FILE, help="Write it to this file as CSV.")
@click.option("--xlsx", "xlsx_file", type=FILE, help="Write it to this file as a workbook.")
@as_json
def settlement(
    month: datetime, *, last: datetime | None, csv_file: Path | None, xlsx_file: Path | None, as_json: bool
) -> None:
    """Report what each bearer owes for coupons, month by month. Exit 1 when a proof of its sums fails."""
    here = runtime()
    with here.sessions.read() as session:
        hold_still(session)
        report = insights.settlement(session, month.date(), (last or month).date(), now=here.clock.now())
    if csv_file:
        insights.write_settlement_csv(report, csv_file)
    if xlsx_file:
        insights.write_settlement_xlsx(report, xlsx_file)
    if as_json or not (csv_file or xlsx_file):
        tell([asdict(row) for row in insights.settled_rows(report)], json_wanted=as_json, empty="")
    if not report.sound:
        raise click.ClickException("the sums of this report do not prove themselves; see its proofs")


@click.command()
@with_appcontext
@click.argument("code")
@click.argument("first", type=SHOP_DAY, metavar="YYYY-MM-DD")
@click.argument("last", type=SHOP_DAY, metavar="YYYY-MM-DD")
@as_json
def statistics(code: str, first: datetime, last: datetime, *, as_json: bool) -> None:
    """Tell how the coupons of a template do, by store and day: issued, claimed, expired, redeemed, discount, sales."""
    here = runtime()
    with here.sessions.read() as session:
        found = insights.coupon_statistics(session, code, first.date(), last.date(), now=here.clock.now())
    tell([asdict(one) for one in found], json_wanted=as_json, empty="Nothing happened on these days.")


COMMANDS = (settlement, statistics)
