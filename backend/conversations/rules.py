from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True)
class Allowance:
    """How many messages WeChat lets through, and for how long after what opened it."""

    count: int
    good_for: timedelta


OF_WORDS: Final = Allowance(5, timedelta(hours=48))
"""After a message of the follower."""

OF_GESTURE: Final = Allowance(3, timedelta(minutes=1))
"""After a press in the menu, a follow or a scan."""

MARGIN: Final = timedelta(seconds=5)
"""The end of an allowance in which nothing is sent: it is left to WeChat's clock and to the call itself."""


@dataclass(frozen=True)
class ServiceWindow:
    """What may be sent to a follower now: `left` messages, the last of them before `until_at` (None: nothing may).

    `wrote_at` is when the follower last wrote, None where that is not known.
    """

    left: int = 0
    until_at: datetime | None = None
    wrote_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.left > 0


def opened_after(allowance: Allowance, now: datetime) -> datetime:
    """An allowance is good at `now` where it was opened after this instant."""
    return now - allowance.good_for + MARGIN


def window(
    *, wrote_at: datetime | None, left_of_words: int, acted_at: datetime | None, left_of_gesture: int, now: datetime
) -> ServiceWindow:
    """The window that the two allowances make.

    Whether WeChat adds them up is not documented, so no more is promised than the larger of them alone.
    """
    both = ((OF_WORDS, wrote_at, left_of_words), (OF_GESTURE, acted_at, left_of_gesture))
    usable = [
        (left, opened_at + allowance.good_for - MARGIN)
        for allowance, opened_at, left in both
        if left > 0 and opened_at is not None and opened_at > opened_after(allowance, now)
    ]
    if not usable:
        return ServiceWindow(wrote_at=wrote_at)
    return ServiceWindow(max(left for left, _ in usable), max(until for _, until in usable), wrote_at)
