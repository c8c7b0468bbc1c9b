"""The calendar of a soak: days of trade with a share of the steps each, and the nights between them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OPENING = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)  # 10:00 in the shop
TRADE = timedelta(hours=11)
NIGHT = timedelta(hours=16, minutes=10)  # 02:10 in the shop
DAYS = 365
FEWEST_STEPS_A_DAY = 100


@dataclass(frozen=True)
class Year:
    """`steps` of one process over a year, on as many days of trade as they suffice for, with seeded luck."""

    steps: int
    seed: int

    @property
    def days(self) -> int:
        """How many days of trade there are; with few steps many days lie between them."""
        return max(2, min(DAYS, self.steps // FEWEST_STEPS_A_DAY))

    def steps_of(self, day: int) -> range:
        """The numbers of the steps of one day."""
        return range(self.steps * day // self.days, self.steps * (day + 1) // self.days)

    def instant_of(self, number: int, day: int) -> datetime:
        """When a step takes place: steps of a day follow one another while the shop is open."""
        steps = self.steps_of(day)
        return self._opening(day) + TRADE * (number - steps.start) / max(1, len(steps))

    def night_after(self, day: int) -> datetime:
        """When the nightly jobs run that follow a day."""
        return self._opening(day) + NIGHT

    @property
    def end(self) -> datetime:
        """After all: by then everything that was under way has ended by itself."""
        return self._opening(self.days) + timedelta(days=60)

    def _opening(self, day: int) -> datetime:
        return OPENING + timedelta(days=DAYS * day // self.days)
