from typing import Any

import click
from sqlalchemy.orm import Session

from backend import members, operators, plans
from backend.commands.books import by_option
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("plans", help="Paid memberships: who has which, and what goes back. What is sold is a book of rules.")

no_argument = click.argument("order_no")


@group.command("list")
@click.argument("card_no")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1, max=1000))
@click.option("--before", type=Number(), metavar="ID", help="Only orders older than this one.")
@as_json
def show_all(card_no: str, *, limit: int, before: int | None, as_json: bool) -> None:
    """List a member's orders, newest first."""
    with runtime().sessions.read() as session:
        member = members.by_card_no(session, card_no)
        rows = [_row(one) for one in plans.orders(session, member.id, before_id=before, limit=limit)]
    tell(rows, json_wanted=as_json, empty="There are no orders.")


@group.command()
@no_argument
@as_json
def quote(order_no: str, *, as_json: bool) -> None:
    """Show what would go back of an order now; changes nothing."""
    here = runtime()
    with here.sessions.read() as session:
        order, back = plans.quote_refund(session, order_no, now=here.clock.now())
        answer = {
            "order_no": order.no,
            "price_fen": order.price_fen,
            "refund_fen": back.fen,
            "unused_days": f"{back.unused_days} of {back.days}",
            "used_fen": back.used_fen,
            "whole": back.whole,
            "method": order.method,
        }
    tell_one(answer, json_wanted=as_json)


@group.command()
@no_argument
@click.option("--reason", required=True, help="Why; who paid by WeChat reads it.")
@click.option("--fen", type=Number(), help="How much was agreed on: refuses where it is another amount by now.")
@by_option
@as_json
def refund(order_no: str, *, reason: str, fen: int | None, by: str, as_json: bool) -> None:
    """End a membership: by WeChat Pay the money goes back by itself, else it is to be handed out."""
    here = runtime()
    now = here.clock.now()

    def work(session: Session) -> dict[str, Any]:
        wish = plans.Wish(operators.acting(session, by).login, reason, fen)
        return _row(plans.refund(session, order_no, wish, rng=here.rng, now=now))

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


@group.command("refunds")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1, max=1000))
@click.option("--before", type=Number(), metavar="ID", help="Only orders older than this one.")
@as_json
def waiting(*, limit: int, before: int | None, as_json: bool) -> None:
    """List orders whose money has not gone back yet, newest first."""
    with runtime().sessions.read() as session:
        rows = [_row(one) for one in plans.waiting_refunds(session, before_id=before, limit=limit)]
    tell(rows, json_wanted=as_json, empty="No money waits to go back.")


@group.command("paid-out")
@no_argument
@by_option
@as_json
def paid_out(order_no: str, *, by: str, as_json: bool) -> None:
    """Note that the counter has handed out what was owed to a member who left."""
    here = runtime()
    now = here.clock.now()

    def work(session: Session) -> dict[str, Any]:
        return _row(plans.pay_out(session, order_no, by=operators.acting(session, by).login, now=now))

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


def _row(order: plans.PlanOrder) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "order_no": order.no,
        "plan": order.plan_code,
        "price_fen": order.price_fen,
        "method": order.method,
        "status": order.status,
        "starts_at": local(order.starts_at),
        "last_on": order.last_on,
        "refund_fen": order.refund_fen,
        "refund_by": order.refund_by,
        "refunded_at": local(order.refunded_at),
    }
