"""What the platform takes of a channel in a day, of which a part is kept for what is not sent to many."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.calendar import day_start, shop_day
from backend.messaging.channels import Letter
from backend.messaging.models import Delivery
from backend.messaging.rules import Closing, reopening
from config import policy

COUNTED_EVERY: Final = timedelta(seconds=5)
WHOLE: Final = 10_000


class DailyQuotas:
    """The quotas of one process that delivers, by channel; a channel without one has no end.

    What went out today is counted from the deliveries every few seconds, and what the process itself claims is added in
    between. What other processes claim meanwhile is not seen until then: the part that is kept is far more than that.
    """

    def __init__(self, quotas: Mapping[str, int]) -> None:
        self._quotas = quotas
        self._counted_at: datetime | None = None
        self._gone: Counter[str] = Counter()

    def spent(self, session: Session, *, now: datetime) -> dict[str, datetime]:
        """The channels through which nothing may go today that is sent to many, and when they open again."""
        if not self._quotas:
            return {}
        if self._counted_at is None or not timedelta(0) <= now - self._counted_at < COUNTED_EVERY:
            self._gone, self._counted_at = _gone_today(session, self._quotas, now), now
        tomorrow = reopening(Closing.UNTIL_TOMORROW, now)
        return {name: tomorrow for name in self._quotas if self._gone[name] >= self._for_many(name)}

    def note(self, letters: Iterable[Letter]) -> None:
        """Count letters that were just claimed."""
        self._gone.update(letter.channel for letter in letters)

    def _for_many(self, name: str) -> int:
        return self._quotas[name] * (WHOLE - policy.QUOTA_KEPT_FOR_SERVICE) // WHOLE


NO_QUOTAS: Final = DailyQuotas({})


def _gone_today(session: Session, channels: Iterable[str], now: datetime) -> Counter[str]:
    today = day_start(shop_day(now))
    asked = select(Delivery.channel, func.count().label("sent")).where(Delivery.channel.in_(list(channels)))
    rows = session.execute(asked.where(Delivery.ended_at >= today).group_by(Delivery.channel))
    return Counter({row.channel: row.sent for row in rows})
