import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from backend.kit.cache import Cache
from backend.wechat.errors import Misconfigured, QuotaSpent, TokenRefused, TooFast, TryLater, WeChatError

API: Final = "stable_token"
LOCK_TTL: Final = 20  # seconds; longer than two fetches with their time-outs
POLL_EVERY: Final = 0.05
FORCED_AT_MOST_EVERY: Final = 600
RENEW_EARLY: Final = 300


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A token as WeChat gave it, good for `expires_in` seconds."""

    value: str = field(repr=False)
    expires_in: int


class AccessTokens:
    """The access token of one appid, or another thing of that kind by its `name`, shared by all processes on one cache.

    `fetch(force)` asks WeChat. However many threads and processes want a token, one asks at a time and the others
    wait for its answer, `max_wait` seconds at most (then TryLater).
    """

    def __init__(
        self,
        appid: str,
        fetch: Callable[[bool], FreshToken],
        cache: Cache,
        *,
        name: str = "token",
        max_wait: float = 10,
    ) -> None:
        self._fetch = fetch
        self._cache = cache
        self._max_wait = max_wait
        self._key = f"wechat:{name}:{appid}"
        self._lock_key = f"{self._key}:lock"
        self._forced_key = f"{self._key}:forced"

    def current(self) -> str:
        """A token believed good. Raises TryLater, QuotaSpent, TooFast or Misconfigured."""
        token = self._cached()
        if token is not None:
            return token
        with self._turn_or_answer(refused=None) as answer:
            return answer or self._store(self._ask(force=False))

    def after_refusal_of(self, refused: str) -> str:
        """Another token than the one WeChat has just refused, by force if need be, but not twice in ten minutes.

        Raises TokenRefused when there is no other.
        """
        with self._turn_or_answer(refused=refused) as answer:
            if answer is not None:
                return answer
            self._cache.delete_if(self._key, refused.encode())
            fresh = self._ask(force=False)
            if fresh.value == refused:
                fresh = self._by_force(fresh)
            return self._store(fresh)

    def _by_force(self, refused: FreshToken) -> FreshToken:
        stuck = TokenRefused(40001, "refused although WeChat itself gives this token", API)
        if not self._cache.add(self._forced_key, b"1", ttl=FORCED_AT_MOST_EVERY):
            self._store(refused)
            raise stuck
        try:
            return self._ask(force=True)
        except (QuotaSpent, TooFast):
            # The quota of forced refreshes says nothing about the API that was to be called.
            raise stuck from None

    def _ask(self, *, force: bool) -> FreshToken:
        try:
            return self._fetch(force)
        except (TryLater, QuotaSpent, TooFast):
            raise
        except WeChatError as error:
            # Whatever WeChat dislikes about a request for a token is the account's set-up, never the recipient.
            raise Misconfigured(error.errcode, error.errmsg, API) from None

    def _store(self, fresh: FreshToken) -> str:
        ttl = max(fresh.expires_in - RENEW_EARLY, fresh.expires_in // 2, 1)
        self._cache.set(self._key, fresh.value.encode(), ttl=ttl)
        return fresh.value

    def _cached(self) -> str | None:
        value = self._cache.get(self._key)
        return value.decode() if value is not None else None

    @contextmanager
    def _turn_or_answer(self, *, refused: str | None) -> Iterator[str | None]:
        """Yield the token that somebody else has fetched meanwhile, or None when it is our turn to fetch."""
        mark = secrets.token_bytes(16)
        deadline = time.monotonic() + self._max_wait
        while not self._cache.add(self._lock_key, mark, ttl=LOCK_TTL):
            answer = self._other_than(refused)
            if answer is not None:
                yield answer
                return
            if time.monotonic() > deadline:
                raise TryLater(None, "waited too long for another's fetch", API)
            time.sleep(POLL_EVERY)
        try:
            yield self._other_than(refused)
        finally:
            self._cache.delete_if(self._lock_key, mark)

    def _other_than(self, refused: str | None) -> str | None:
        token = self._cached()
        return token if token != refused else None
