from typing import ClassVar

import pytest

from backend.kit.limits import RateLimiter
from backend.messaging.pace import LOOK_AGAIN_S, RULE, keep_pace


class Unhurried(RateLimiter):
    RULES: ClassVar = {RULE: "3/hour"}


class StillWaiting(Exception):
    pass


def test_within_the_pace_nobody_waits():
    limiter = Unhurried()
    for _ in range(3):
        keep_pace(limiter, "sms", wait=None)


def test_who_is_too_fast_waits_and_holds_up_no_other_channel():
    limiter, waits = Unhurried(), []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            raise StillWaiting

    for _ in range(3):
        keep_pace(limiter, "sms")
    with pytest.raises(StillWaiting):
        keep_pace(limiter, "sms", wait=wait)
    assert waits == [LOOK_AGAIN_S] * 3
    keep_pace(limiter, "official-account", wait=None)
