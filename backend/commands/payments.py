from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import operators, payments
from backend.commands.books import by_option
from backend.commands.speech import SHOP_DAY, Group, Number, as_json, local, tell, tell_one
from backend.kit.calendar import day_end, day_start
from backend.kit.db import run
from backend.runtime import runtime
from backend.wechat import PayError

group = Group("payments", help="Payments by WeChat Pay.")


@group.command()
@click.argument("out_trade_no")
@as_json
def show(out_trade_no: str, *, as_json: bool) -> None:
    """Show a payment by the number that WeChat Pay knows it by, and its refunds."""
    with runtime().sessions.read() as session:
        found = payments.get(session, out_trade_no)
    one = found.payment
    answer = {
        "out_trade_no": one.out_trade_no,
        "purpose": f"{one.purpose_kind} {one.purpose_id}",
        "fen": one.fen,
        "status": one.status,
        "transaction_id": one.transaction_id,
        "paid_at": local(one.paid_at),
        "refunded_fen": one.refunded_fen,
        "refunds": [_row(refund) for refund in found.refunds],
    }
    tell_one(answer, json_wanted=as_json)


@group.command()
@click.argument("day", type=SHOP_DAY)
@as_json
def reconcile(day: datetime, *, as_json: bool) -> None:
    """Compare a DAY with WeChat's bill of it, line by line. Exits with 1 where they do not agree."""
    here = runtime()
    if here.pay is None:
        raise click.ClickException("this shop has no account with WeChat Pay")
    on = day.date()
    try:
        lines = here.pay.bill(on)
    except PayError as error:
        raise click.ClickException(f"WeChat Pay gives no bill: {error.code} {error.words}") from error
    with here.sessions.read() as session:
        found = payments.compare(session, lines, since=day_start(on), until=day_end(on))
    rows = [asdict(one) for one in found]
    tell(rows, json_wanted=as_json, empty=f"All {len(lines)} lines agree.")
    if rows:
        raise click.exceptions.Exit(1)


@group.command("failed-refunds")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1, max=1000))
@click.option("--before", type=Number(), metavar="ID", help="Only refunds older than this one.")
@as_json
def failed(*, limit: int, before: int | None, as_json: bool) -> None:
    """List refunds that WeChat Pay refused, newest first."""
    with runtime().sessions.read() as session:
        rows = [_row(one) for one in payments.failed_refunds(session, before_id=before, limit=limit)]
    tell(rows, json_wanted=as_json, empty="No refund has failed.")


@group.command("retry-refund")
@click.argument("out_refund_no")
@by_option
@as_json
def retry(out_refund_no: str, *, by: str, as_json: bool) -> None:
    """Try a failed refund again."""
    here = runtime()
    now = here.clock.now()

    def work(session: Session) -> dict[str, Any]:
        login = operators.acting(session, by).login
        return _row(payments.retry_refund(session, out_refund_no, by=login, rng=here.rng, now=now))

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


@group.command("settle-refund")
@click.argument("out_refund_no")
@by_option
@as_json
def settle(out_refund_no: str, *, by: str, as_json: bool) -> None:
    """Note that the money of a failed refund was given back otherwise."""
    here = runtime()
    now = here.clock.now()

    def work(session: Session) -> dict[str, Any]:
        login = operators.acting(session, by).login
        return _row(payments.settle_refund_by_hand(session, out_refund_no, by=login, now=now))

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


def _row(refund: payments.Refund) -> dict[str, Any]:
    return {
        "id": str(refund.id),
        "out_refund_no": refund.out_refund_no,
        "fen": refund.fen,
        "status": refund.status,
        "failure": refund.failure,
        "stray": refund.stray,
        "settled_by": refund.settled_by,
        "done_at": local(refund.done_at),
    }
