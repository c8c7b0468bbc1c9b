from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

import click

from backend import insights, members, points
from backend.commands.liability import liability
from backend.commands.reconcile import reconcile
from backend.commands.speech import MONTH, Group, Instant, Number, as_json, local, progress_bar, tell, tell_one
from backend.kit.db import hold_still
from backend.runtime import runtime

group = Group("points", help="The points ledger.")
group.add_command(liability)
group.add_command(reconcile)

BATCH: Final = 200


@group.command()
@click.option("--member", "members", type=Number(), multiple=True, help="Only this member id; may be repeated.")
@as_json
def verify(members: tuple[int, ...], *, as_json: bool) -> None:
    """Check every account: hash chains, balances, lots, allocations, debts. Reads only; exit 1 on any fault.

    Of a broken chain the first bad row is named.
    """
    member_ids = _known(members) if members else _all_accounts()
    faults: list[points.Fault] = []
    with progress_bar() as bar:
        task = bar.add_task("Verifying accounts", total=len(member_ids))
        for start in range(0, len(member_ids), BATCH):
            batch = member_ids[start : start + BATCH]
            faults += _verify(batch)
            bar.advance(task, len(batch))
    tell([asdict(fault) for fault in faults], json_wanted=as_json, empty=f"{len(member_ids)} accounts, no fault.")
    if faults:
        raise SystemExit(1)


@group.command()
@click.argument("card_no")
@click.option("--at", type=Instant(), help="The instant to tell it of (default: now).")
@as_json
def balance(card_no: str, *, at: datetime | None, as_json: bool) -> None:
    """Tell a member's balance, as it was at any past instant."""
    here = runtime()
    now = here.clock.now()
    with here.sessions.read() as session:
        member = members.by_card_no(session, card_no)
        then = insights.balance_at(session, member.id, at=at or now, now=now)
    tell_one({"card_no": card_no, "at": local(at or now), "balance": then}, json_wanted=as_json)


@group.command()
@click.argument("card_no")
@click.option("--month", type=MONTH, metavar="YYYY-MM", help="Only this month.")
@click.option("--before", type=Number(), help="Only lines before the one with this seq.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_json
def statement(card_no: str, *, month: datetime | None, before: int | None, limit: int, as_json: bool) -> None:
    """Show a member's statement in words, newest first."""
    with runtime().sessions.read() as session:
        member = members.by_card_no(session, card_no)
        first = month.date() if month else None
        lines = insights.statement(session, member.id, month=first, before_seq=before, limit=limit)
    tell([_shown(line) for line in lines], json_wanted=as_json, empty="No lines.")


@group.command()
@as_json
def frozen(*, as_json: bool) -> None:
    """List the accounts that are frozen, since when and why. `adjustments unfreeze CARD_NO` is the way back."""
    rows: list[dict[str, object]] = []
    with runtime().sessions.read() as session:
        after = 0
        while page := insights.frozen(session, after_member_id=after, limit=BATCH):
            rows += [
                {
                    "card_no": account.card_no,
                    "member_id": str(account.member_id),
                    "frozen_at": local(account.frozen_at),
                    "reason": account.frozen_for,
                }
                for account in page
            ]
            after = page[-1].member_id
    tell(rows, json_wanted=as_json, empty="No account is frozen.")


def _all_accounts() -> list[int]:
    found: list[int] = []
    with runtime().sessions.read() as session:
        while page := points.member_ids(session, after=found[-1] if found else 0, limit=BATCH):
            found += page
    return found


def _known(member_ids: Sequence[int]) -> list[int]:
    """The ids themselves. Raises points.NoAccount for one that there is not."""
    with runtime().sessions.read() as session:
        for one in member_ids:
            if list(points.member_ids(session, after=one - 1, limit=1)) != [one]:
                raise points.NoAccount
    return list(member_ids)


def _verify(member_ids: Sequence[int]) -> list[points.Fault]:
    with runtime().sessions.read() as session:
        hold_still(session)
        return points.verify(session, member_ids)


def _shown(line: insights.Line) -> dict[str, object]:
    return {
        "seq": line.seq,
        "at": local(line.at),
        "words": line.words,
        "amount": line.amount,
        "balance_after": line.balance_after,
        "cause": line.link.words if line.link else "",
        "kind": line.kind,
    }
