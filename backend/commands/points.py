from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import click
from sqlalchemy.orm import Session

from backend import points
from backend.commands.speech import Group, as_json, progress_bar, tell
from backend.kit.db import is_mysql_family
from backend.runtime import runtime

group = Group("points", help="The points ledger.")

BATCH: Final = 200


@group.command()
@click.option("--member", "members", type=int, multiple=True, help="Only this member id; may be repeated.")
@as_json
def verify(members: tuple[int, ...], *, as_json: bool) -> None:
    """Check every account: hash chains, balances, lots, allocations, debts. Reads only; exit 1 on any fault.

    Of a broken chain the first bad row is named.
    """
    member_ids = list(members) or _all_accounts()
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


def _all_accounts() -> list[int]:
    found: list[int] = []
    with runtime().sessions.read() as session:
        while page := points.member_ids(session, after=found[-1] if found else 0, limit=BATCH):
            found += page
    return found


def _verify(member_ids: Sequence[int]) -> list[points.Fault]:
    with runtime().sessions.read() as session:
        _hold_still(session)
        return points.verify(session, member_ids)


def _hold_still(session: Session) -> None:
    """All statements see one state, so that what is being written meanwhile is not taken for a fault."""
    if is_mysql_family(session):  # SQLite does so anyway
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
