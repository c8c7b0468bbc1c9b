from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from backend import insights
from backend.commands.speech import as_json, progress_bar, tell
from backend.runtime import runtime

PAGE = 500


@click.command()
@with_appcontext
@click.option("--report-only", is_flag=True, help="Freeze nothing.")
@click.option("--from-start", is_flag=True, help="Begin anew, also where an earlier sweep was stopped half-way.")
@as_json
def reconcile(*, report_only: bool, from_start: bool, as_json: bool) -> None:
    """Sweep all accounts for what cannot be: ledger, tiers, purchases, coupons, stock. Exit 1 on any fault.

    Accounts that break an invariant are frozen and listed; nothing is repaired. A sweep that was stopped is gone on
    with. `points frozen` lists what is frozen.
    """
    here = runtime()
    with progress_bar() as bar:
        task = bar.add_task("Reconciling accounts", total=None)
        outcome = insights.reconcile(
            here.sessions,
            now=here.clock.now(),
            freezes=not report_only,
            from_start=from_start,
            watch=lambda done, total: bar.update(task, completed=done, total=total),
        )
    rows = list(_found(outcome.reconciliation_id)) if outcome.faults else []
    tell(rows, json_wanted=as_json, empty=f"{outcome.accounts} accounts, no fault.")
    if rows:
        raise SystemExit(1)


def _found(reconciliation_id: int) -> Iterator[dict[str, object]]:
    after = 0
    with runtime().sessions.read() as session:
        while page := insights.found_faults(session, reconciliation_id, after_id=after, limit=PAGE):
            for fault in page:
                yield {
                    "member_id": str(fault.member_id) if fault.member_id else "",
                    "domain": fault.domain,
                    "place": fault.place,
                    "what": fault.what,
                    "frozen": fault.frozen,
                }
            after = page[-1].id
