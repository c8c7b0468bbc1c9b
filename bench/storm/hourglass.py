from dataclasses import dataclass
from datetime import datetime, timedelta
from time import time


@dataclass(frozen=True)
class Hourglass:
    """A clock that stood at `start` when the machine's stood at `since` (Unix seconds), and runs `speed` times as fast.

    All processes of a storm read the same one, so that leases, pauses and quotas of minutes and hours pass in seconds.
    """

    start: datetime
    since: float
    speed: float

    @classmethod
    def turned(cls, start: datetime, *, speed: float) -> "Hourglass":
        """One that begins to run now."""
        return cls(start, time(), speed)

    @classmethod
    def read(cls, text: str) -> "Hourglass":
        """The one that `str` wrote."""
        start, since, speed = text.split()
        return cls(datetime.fromisoformat(start), float(since), float(speed))

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(time() - self.since) * self.speed)

    def __str__(self) -> str:
        return f"{self.start.isoformat()} {self.since!r} {self.speed!r}"
