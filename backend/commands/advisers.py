from datetime import datetime
from typing import Any, Final

import click
from sqlalchemy.orm import Session

from backend import bookings, members, operators
from backend.commands.bookings import by_option, done, reason_option, staff_argument, staff_of_store, store_argument
from backend.commands.speech import Group, as_json, local, tell_one

group = Group("advisers", help="Who advises which members, and handing them over.")

MEMBERS_TOGETHER: Final = 50


@group.command("assign")
@click.argument("card_no", metavar="CARD")
@store_argument
@staff_argument
@reason_option
@by_option
@as_json
def assign(card_no: str, store_code: str, staff_code: str, *, reason: str, by: str, as_json: bool) -> None:
    """Let STAFF of STORE advise the member with CARD, who is told."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        login, staff_id = operators.acting(session, by).login, staff_of_store(session, store_code, staff_code)
        member_id = members.by_card_no(session, card_no).id
        made = bookings.assign(session, member_id, staff_id, by=login, reason=reason, now=now)
        return {"card_no": card_no, "staff": staff_code, "since": local(made.from_at)}

    tell_one(done(work), json_wanted=as_json)


@group.command("take")
@click.argument("card_no", metavar="CARD")
def take(card_no: str) -> None:
    """Let the member with CARD have no adviser any more."""
    done(lambda session, now: bookings.take_away(session, members.by_card_no(session, card_no).id, now=now))
    click.echo("Done.")


@group.command("hand-over")
@store_argument
@click.argument("from_code", metavar="FROM")
@click.argument("to_code", metavar="TO")
@click.option("--to-store", "to_store_code", metavar="CODE", help="Where TO works (default: the same store).")
@reason_option
@by_option
@as_json
def hand_over(
    store_code: str, from_code: str, to_code: str, *, to_store_code: str | None, as_json: bool, **told: str
) -> None:
    """Let all members that FROM of STORE advises have TO; they are told. It may be stopped and run again."""

    def part(session: Session, now: datetime) -> int:
        login = operators.acting(session, told["by"]).login
        both = (
            staff_of_store(session, store_code, from_code),
            staff_of_store(session, to_store_code or store_code, to_code),
        )
        return bookings.hand_over(session, *both, by=login, reason=told["reason"], limit=MEMBERS_TOGETHER, now=now)

    total = 0
    while moved := done(part):
        total += moved
    tell_one({"handed_over": total}, json_wanted=as_json)
