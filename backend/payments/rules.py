"""When WeChat Pay is asked again."""

from datetime import datetime, timedelta
from typing import Final

FIRST_ASK: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
GRACE: Final = timedelta(minutes=1)
"""After its time a payment is closed so much later: clocks differ, and who pays at the last moment has paid."""


def ask_next(created_at: datetime, expires_at: datetime, now: datetime) -> datetime:
    """When to look again at what is not paid yet: soon at first, then ever less often, and when its time is over."""
    later = now + min(max(now - created_at, FIRST_ASK), LONGEST_PAUSE)
    over = expires_at + GRACE
    return min(later, over) if now < over else later


def try_next(tries: int, now: datetime) -> datetime:
    """When to try a refund again that was not answered `tries` times."""
    return now + min(FIRST_ASK * (1 << min(tries, 10)), LONGEST_PAUSE)
