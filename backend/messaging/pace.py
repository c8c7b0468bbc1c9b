from collections.abc import Callable
from time import sleep
from typing import Final

from backend.kit.limits import AskedTooOften, RateLimiter

RULE: Final = "sending"
LOOK_AGAIN_S: Final = 0.02


def keep_pace(limiter: RateLimiter, channel: str, *, wait: Callable[[float], None] = sleep) -> None:
    """Wait until a channel may be called once more in this second, by all deliverers together where they share Redis.

    WeChat answers 45011 to those who are too fast, and then takes nothing for the rest of the minute.
    """
    while True:
        try:
            limiter.hit(RULE, channel)
        except AskedTooOften:
            wait(LOOK_AGAIN_S)
        else:
            return
