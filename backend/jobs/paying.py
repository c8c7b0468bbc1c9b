"""What the clock does for payments, and for the memberships that are paid for."""

from datetime import datetime

from backend import cashier, plans
from backend.jobs.work import one_by_one
from backend.runtime import Runtime


def settle_payments(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Learn of payments and refunds whose notification did not come, close what is overdue, send refunds that wait."""
    if runtime.pay is None:
        return {}
    return dict(cashier.settle_due(runtime.sessions, runtime.pay, now=at))


def tend_plans(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Give what comes with the months of memberships, remind of renewing, and say goodbye."""
    return one_by_one(
        runtime,
        lambda session, limit: plans.due(session, now=at, limit=limit),
        lambda session, order_id: plans.tend(session, order_id, rng=runtime.rng, now=at),
    )
