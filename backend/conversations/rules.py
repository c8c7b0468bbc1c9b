from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from config import policy


class Sender(StrEnum):
    """Who said it."""

    FOLLOWER = "follower"
    ROBOT = "robot"
    OPERATOR = "operator"


class Stage(StrEnum):
    """Where a conversation is."""

    WAITING = "waiting"
    TAKEN = "taken"
    CLOSED = "closed"


class Why(StrEnum):
    """What opened a conversation: the follower asked for people, or nobody else knew an answer."""

    ASKED = "asked"
    UNANSWERED = "unanswered"


class Ending(StrEnum):
    """How a conversation was closed."""

    DONE = "done"
    """By an operator."""
    SILENT = "silent"
    """The desk had the last word, and the follower said no more."""
    LAPSED = "lapsed"
    """Nobody answered while that was possible."""


class Deed(StrEnum):
    """What was done at the desk, as a line among what was said."""

    OPENED = "opened"
    TAKEN = "taken"
    RETURNED = "returned"
    CLOSED = "closed"
    REOPENED = "reopened"


class Delivery(StrEnum):
    """Where an operator's line is: on its way, or at one of its ends."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    """WeChat took it."""
    FAILED = "failed"
    """Refused, or not sent in time: the follower has not seen it."""
    DOUBTFUL = "doubtful"
    """Perhaps shown: the attempt was never answered, and WeChat would show a repeat as a second message."""


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


def is_staffed(now: datetime, hours: Mapping[int, tuple[time, time]], zone: ZoneInfo = policy.SHOP_ZONE) -> bool:
    """Whether people answer at an instant; `hours` are from and until by weekday, Monday 0."""
    local = now.astimezone(zone)
    from_, until = hours.get(local.weekday(), (time.min, time.min))
    return from_ <= local.time() < until


def staffed_from(
    now: datetime, hours: Mapping[int, tuple[time, time]], zone: ZoneInfo = policy.SHOP_ZONE
) -> datetime | None:
    """When people begin to answer next after an instant, in the shop's zone; None where they never do."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(8))
    openings = (datetime.combine(day, hours[day.weekday()][0], zone) for day in days if day.weekday() in hours)
    return next((opening for opening in openings if opening > now), None)
