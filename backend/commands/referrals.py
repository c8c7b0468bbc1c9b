from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import click
from sqlalchemy.orm import Session

from backend import members, operators, referrals, risk, stores
from backend.commands.speech import MONTH, Group, Number, as_json, local, tell, tell_one
from backend.kit.calendar import shop_day
from backend.kit.db import run
from backend.runtime import runtime

group = Group("referrals", help="Invitations: what waits for a decision, and what came of them.")
review = Group("review", help="Invitations that look suspicious, which people decide on.")
group.add_command(review)

FIRST_IN_RANKING: Final = 100

Decide = Callable[..., referrals.Invitation]

id_argument = click.argument("invitation_id", type=Number())
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator whose decision it is.")
reason_option = click.option("--reason", required=True, help="Why; the member who invited reads it.")
month_option = click.option("--month", type=MONTH, metavar="YYYY-MM", help="Of this month (default: the present one).")


@review.command("list")
@click.option("--after", "after_id", type=Number(), help="Only those behind this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show_waiting(*, after_id: int | None, limit: int, as_json: bool) -> None:
    """List what waits for a decision, the oldest first; `flagged` where the score is so high that most are abuse."""
    with runtime().sessions.read() as session:
        rows = [_row(session, one) for one in referrals.in_review(session, after_id=after_id, limit=limit)]
    tell(rows, json_wanted=as_json, empty="Nothing waits for a decision.")


@review.command()
@id_argument
@as_json
def show(invitation_id: int, *, as_json: bool) -> None:
    """Show an invitation with the reasons of its score, and what was decided."""
    with runtime().sessions.read() as session:
        found = referrals.find(session, invitation_id)
        if found is None:
            raise referrals.InvitationUnknown
        told = {**_row(session, found), **_more(found)}
    reasons = told["reasons"] if as_json else "；".join(one["words"] for one in told["reasons"])
    tell_one({**told, "reasons": reasons}, json_wanted=as_json)


@review.command()
@id_argument
@reason_option
@by_option
@as_json
def accept(invitation_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Reward both sides of an invitation now; this cannot be taken back."""
    _decide(referrals.accept, invitation_id, reason=reason, by=by, as_json=as_json)


@review.command()
@id_argument
@reason_option
@by_option
@as_json
def refuse(invitation_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Reward an invitation never; this cannot be taken back."""
    _decide(referrals.refuse, invitation_id, reason=reason, by=by, as_json=as_json)


@group.command()
@month_option
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, FIRST_IN_RANKING))
@as_json
def ranking(*, month: datetime | None, limit: int, as_json: bool) -> None:
    """Show who had most friends rewarded in a month; of equals, who had them earlier stands above."""
    with runtime().sessions.read() as session:
        found = referrals.ranking(session, _month(month), limit=limit)
        cards = {one.member_id: members.get(session, one.member_id).card_no for one in found}
    rows = [
        {"place": one.place, "card_no": cards[one.member_id], "name": one.name, "friends": one.friends} for one in found
    ]
    tell(rows, json_wanted=as_json, empty="No friend was rewarded in this month.")


@group.command()
@month_option
@click.option("--store", "store_code", metavar="CODE", help="Only employees of this store.")
@click.option("--after", "after_id", type=Number(), metavar="STAFF_ID", help="Only behind this one: the next page.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@as_json
def staff(*, month: datetime | None, store_code: str | None, after_id: int | None, limit: int, as_json: bool) -> None:
    """Show whom employees brought in a month, and what all whom they brought bought in it, less what came back."""
    with runtime().sessions.read() as session:
        store_id = stores.store_by_code(session, store_code).id if store_code else None
        found = referrals.staff_report(session, _month(month), store_id=store_id, after=after_id, limit=limit)
    rows = [
        {
            "month": one.month,
            "store": one.store,
            "staff": one.staff,
            "staff_id": str(one.staff_id),
            "newcomers": one.newcomers,
            "purchases": one.purchases,
            "amount_fen": one.amount_fen,
        }
        for one in found
    ]
    tell(rows, json_wanted=as_json, empty="Employees brought nobody in this month.")


def _decide(decide: Decide, invitation_id: int, *, reason: str, by: str, as_json: bool) -> None:
    here = runtime()
    ready = partial(decide, invitation_id=invitation_id, reason=reason, rng=here.rng, now=here.clock.now())

    def work(session: Session) -> dict[str, Any]:
        return _row(session, ready(session, by=operators.acting(session, by).login))

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


def _month(month: datetime | None) -> str:
    return f"{month or shop_day(runtime().clock.now()):%Y-%m}"


def _row(session: Session, row: referrals.Invitation) -> dict[str, Any]:
    inviter, newcomer = (members.get(session, one) for one in (row.inviter_id, row.newcomer_id))
    return {
        "id": str(row.id),
        "state": row.state,
        "score": row.score,
        "flagged": row.flagged,
        "inviter": inviter.card_no,
        "newcomer": newcomer.card_no,
        "joined_at": local(row.joined_at),
        "paid_at": local(row.paid_at),
    }


def _more(row: referrals.Invitation) -> dict[str, Any]:
    return {
        "order_no": row.order_no,
        "reasons": [{**one, "words": risk.words_of(one["code"], one["value"])} for one in row.reasons or []],
        "decided_by": row.decided_by,
        "decision": row.decision,
        "decided_at": local(row.decided_at),
    }
