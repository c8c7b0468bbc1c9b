"""What the clock does for payments."""

from datetime import datetime

from backend import cashier
from backend.runtime import Runtime


def settle_payments(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Learn of payments and refunds whose notification did not come, close what is overdue, send refunds that wait."""
    if runtime.pay is None:
        return {}
    return dict(cashier.settle_due(runtime.sessions, runtime.pay, now=at))
