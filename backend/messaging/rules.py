from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum, StrEnum
from hashlib import sha256
from random import Random
from typing import Final

from backend import preferences
from backend.kit.calendar import day_start, shop_day
from backend.wechat import (
    Misconfigured,
    QuotaSpent,
    RecipientUnreachable,
    TokenRefused,
    TooFast,
    TryLater,
    WeChatError,
    WrongRecipient,
)
from config import policy
from templates_msg import catalogue

LEASE: Final = timedelta(seconds=60)
"""Longer than an attempt with all its time-outs; far below the time for which WeChat recognises a repeat."""

REPEAT_RECOGNISED_FOR: Final = timedelta(minutes=9)
"""WeChat shows an openid and client_msg_id once within 10 minutes; a minute is left for clocks and for the attempt."""

NOT_FOLLOWING: Final = {43004, 50005}
SENDING: Final = ("/send", "/bizsend")  # the calls that show something; before them stands the one for a token


WAYS: Final = {
    "official-account": preferences.OFFICIAL_ACCOUNT,
    "notice": preferences.OFFICIAL_ACCOUNT,
    "customer-service": preferences.OFFICIAL_ACCOUNT,
    "mini-program": preferences.MINI_PROGRAM,
    "e-mail": preferences.E_MAIL,
    "sms": preferences.SMS,
}
"""What members call the channels that they refuse: they know the official account, not its three APIs."""


class Status(StrEnum):
    """Where a message is: waiting, or at one of its ends."""

    WAITING = "waiting"
    SENT = "sent"
    """WeChat took it."""
    UNREACHABLE = "unreachable"
    """No channel reaches the member, who finds it in the inbox."""
    SKIPPED = "skipped"
    """Not sent by choice of the shop or of the member: no template is set, or no such messages are wanted."""
    DOUBTFUL = "doubtful"
    """Perhaps shown: an attempt was never answered, and WeChat would no longer recognise a repeat of it."""
    DEAD = "dead"
    """Refused for good, or tried too often."""


class Delivered(StrEnum):
    """How a message fared in one channel."""

    SENT = "sent"
    """The channel took it."""
    SHOWN = "shown"
    """The channel said later that it arrived."""
    UNREACHABLE = "unreachable"
    DOUBTFUL = "doubtful"
    DEAD = "dead"


ARRIVED: Final = (Delivered.SENT, Delivered.SHOWN)


class Queue(IntEnum):
    """The lines in which messages stand, the first served first; larger numbers are what asked for many at once.

    Of one member the messages of a queue keep their order; what waits for the morning holds up nothing urgent.
    """

    AT_ONCE = 0
    BY_DAY = 1
    MARKETING = 2


class Closing(Enum):
    """For how long a refusal closes the whole channel."""

    SHORTLY = "half a minute"
    A_MINUTE = "a minute"
    UNTIL_TOMORROW = "until tomorrow"
    UNTIL_MENDED = "until an operator has mended it; looked at again every ten minutes"


CLOSED_FOR: Final = {
    Closing.SHORTLY: timedelta(seconds=30),
    Closing.A_MINUTE: timedelta(minutes=1),
    Closing.UNTIL_MENDED: timedelta(minutes=10),
}


@dataclass(frozen=True)
class Verdict:
    """What a refusal means for the message (`end`: its last state; None: it is tried again), channel and operator."""

    end: Status | None = None
    closing: Closing | None = None
    alarm: bool = False


TRY_LATER: Final = Verdict()
LEAVE_ALONE: Final = Verdict(closing=Closing.SHORTLY, alarm=True)
VERDICTS: Final[dict[type[WeChatError], Verdict]] = {
    TryLater: TRY_LATER,
    TokenRefused: TRY_LATER,
    TooFast: Verdict(closing=Closing.A_MINUTE),
    QuotaSpent: Verdict(closing=Closing.UNTIL_TOMORROW, alarm=True),
    Misconfigured: Verdict(closing=Closing.UNTIL_MENDED, alarm=True),
    RecipientUnreachable: Verdict(end=Status.UNREACHABLE),
    WrongRecipient: Verdict(end=Status.DEAD, alarm=True),
    WeChatError: Verdict(end=Status.DEAD, alarm=True),  # content refused, and every errcode that nobody knows
}


def cause_of(template: str, member_id: int, *cause: str) -> bytes:
    """The key of what a message tells: a cause is told once, however often it is announced."""
    return sha256("\n".join((template, str(member_id), *cause)).encode()).digest()


def queue_of(kind: str, when: str) -> Queue:
    """The queue of a message of the catalogue."""
    if kind == catalogue.MARKETING:
        return Queue.MARKETING
    return Queue.AT_ONCE if when == catalogue.AT_ONCE else Queue.BY_DAY


def verdict(error: WeChatError) -> Verdict:
    """The verdict for the nearest class of the error."""
    return next(VERDICTS[kind] for kind in type(error).__mro__ if kind in VERDICTS)


def may_have_been_shown(error: WeChatError) -> bool:
    """Whether the message may be on the phone although the attempt failed: it was asked for and no answer was read."""
    return error.unanswered and error.api.endswith(SENDING)


def pause(attempts: int, rng: Random) -> timedelta:
    """How long to wait after the given number of failed attempts: doubling from the first pause up to the longest.

    Half of it is fixed and half is luck, so that those who failed together do not come back together.
    """
    doublings = min(attempts - 1, 30)
    full = min(policy.MESSAGE_FIRST_PAUSE * (1 << doublings), policy.MESSAGE_LONGEST_PAUSE)
    return full / 2 + full / 2 * rng.random()


def reopening(closing: Closing, now: datetime) -> datetime:
    """When a channel that is closed at `now` is tried again; WeChat counts days in China, from midnight."""
    if closing is Closing.UNTIL_TOMORROW:
        return day_start(shop_day(now) + timedelta(days=1)) + timedelta(minutes=5)
    return now + CLOSED_FOR[closing]
