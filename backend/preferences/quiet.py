"""Hours in which nothing is sent that can wait for the morning."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from config import policy

A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """From one time of the shop's day until another, over midnight where the second is earlier; never all day."""

    since: time
    until: time

    def __post_init__(self) -> None:
        if self.since == self.until:
            raise ValueError("quiet hours end at another time than they begin")

    @property
    def length(self) -> timedelta:
        """How long they last."""
        return (_since_midnight(self.until) - _since_midnight(self.since)) % A_DAY

    def end(self, now: datetime) -> datetime | None:
        """When the quiet hours end that an instant falls into (UTC); None outside of them."""
        local = now.astimezone(policy.SHOP_ZONE)
        clock, today = local.time(), local.date()
        if self.since < self.until:
            return self._on(today) if self.since <= clock < self.until else None
        if clock >= self.since:
            return self._on(today + A_DAY)
        return self._on(today) if clock < self.until else None

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, self.until, policy.SHOP_ZONE).astimezone(UTC)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)


HOUSE_QUIET: Final = QuietHours(*policy.MESSAGE_QUIET_HOURS)
