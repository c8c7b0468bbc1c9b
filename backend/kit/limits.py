from math import ceil
from time import time
from typing import ClassVar, Literal

import structlog
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import RedisError

from backend.kit.cache import REDIS_OPTIONS
from backend.kit.errors import TooMany

Question = Literal["hit", "test"]

log = structlog.get_logger(__name__)


class AskedTooOften(TooMany):
    """A rate limit was passed."""

    code = "rate.limited"
    message = "操作太频繁，请稍后再试"


class RateLimiter:
    """Counts how often someone does something. Shared through Redis when there is one, else per process."""

    RULES: ClassVar[dict[str, str]] = {
        "login": "600/minute",  # an address: everybody on the mall's Wi-Fi has the same
        "join": "10/minute",  # each phone code costs money
        "export": "5/day",  # reads all that there is of a member
        "family-join": "10/minute",  # guessing
        "invite-code": "10/minute",  # guessing
        "mail-code": "5/hour",  # each is a mail to an address that may be a stranger's
        "mail-code-guess": "5/hour",
        "url-link": "20/minute",  # WeChat gives an account half a million a day
        "till-lookup": "120/minute",  # a busy till scans one card every few seconds
        "till-miss": "20/minute",  # unknown codes and phones: guessing
        "poster": "10/minute",  # drawing takes a tenth of a second
        "share-code": "20/minute",  # each is a call of WeChat, which gives the whole account 5,000
        "pick-up-miss": "20/minute",
        "plate-miss": "120/minute",  # most cars at a gate are no member's
        "coupon-code-miss": "10/minute",  # guessing
        "event-code-miss": "20/minute",  # guessing
        "coupon-miss": "20/minute",
        "link-code-miss": "10/minute",  # guessing
        "receipt-claim": "10/day",  # guessing
        "operator-login": "5/minute",
        "sending": "200/second",  # messages through one channel
    }

    def __init__(self, redis_url: str | None = None) -> None:
        own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._own = own
        self._shared = SlidingWindowCounterRateLimiter(_redis_storage(redis_url)) if redis_url else own
        self._items = {name: parse(rule) for name, rule in self.RULES.items()}

    def hit(self, name: str, who: str) -> None:
        """Count one more. Raises AskedTooOften when the rule `name` is passed by `who`."""
        self._ask("hit", name, who)

    def check(self, name: str, who: str) -> None:
        """Count nothing. Raises AskedTooOften when one more would pass the rule."""
        self._ask("test", name, who)

    def _ask(self, question: Question, name: str, who: str) -> None:
        item = self._items[name]
        try:
            retry_after = _refused(self._shared, question, item, name, who)
        except RedisError as error:
            log.warning("limits.redis-away", error=type(error).__name__)
            retry_after = _refused(self._own, question, item, name, who)
        if retry_after:
            raise AskedTooOften(retry_after=retry_after)


def _refused(limiter: SlidingWindowCounterRateLimiter, question: Question, item: RateLimitItem, *who: str) -> int:
    """0 when allowed, else in how many seconds to ask again."""
    allowed = limiter.hit(item, *who) if question == "hit" else limiter.test(item, *who)
    if allowed:
        return 0
    return max(1, ceil(limiter.get_window_stats(item, *who).reset_time - time()))


def _redis_storage(url: str) -> Storage:
    return RedisStorage(url, **REDIS_OPTIONS)
