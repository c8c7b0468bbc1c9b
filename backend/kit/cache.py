"""A cache makes things quick and is never the truth: it may lose everything at any time."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic
from typing import Any, Final, Protocol, TypeVar, cast

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.kit.clock import Clock

T = TypeVar("T")

log = structlog.get_logger(__name__)

SWEEP_EVERY: Final = 1000
LEAVE_ALONE_S: Final = 2.0  # a Redis that did not answer is not asked for so long
REDIS_OPTIONS: Final[dict[str, Any]] = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "retry": Retry(NoBackoff(), 1),  # once: an idle connection may have been closed by the server
}
DELETE_IF: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Cache(Protocol):
    """Bytes under a key for `ttl` seconds."""

    def get(self, key: str) -> bytes | None: ...

    def set(self, key: str, value: bytes, *, ttl: int) -> None: ...

    def add(self, key: str, value: bytes, *, ttl: int) -> bool:
        """Store unless present, atomically; True when stored."""
        ...

    def delete(self, key: str) -> None: ...

    def delete_if(self, key: str, value: bytes) -> bool:
        """Delete only while it still holds `value`, atomically; True when deleted."""
        ...

    def ping(self) -> None:
        """Raises ConnectionError when the cache is away."""
        ...


class MemoryCache:
    """A cache for the threads of one process; of more than about `largest` items it forgets the oldest."""

    def __init__(self, clock: Clock, *, largest: int = 100_000) -> None:
        self._clock = clock
        self._largest = largest
        self._lock = threading.Lock()
        self._items: dict[str, tuple[bytes, datetime]] = {}
        self._writes = 0

    def get(self, key: str) -> bytes | None:
        with self._lock:
            return self._fresh(key)

    def set(self, key: str, value: bytes, *, ttl: int) -> None:
        with self._lock:
            self._store(key, value, ttl)

    def add(self, key: str, value: bytes, *, ttl: int) -> bool:
        with self._lock:
            if self._fresh(key) is not None:
                return False
            self._store(key, value, ttl)
            return True

    def delete(self, key: str) -> None:
        with self._lock:
            self._items.pop(key, None)

    def delete_if(self, key: str, value: bytes) -> bool:
        with self._lock:
            if self._fresh(key) != value:
                return False
            del self._items[key]
            return True

    def ping(self) -> None:
        return None

    def _fresh(self, key: str) -> bytes | None:
        value, until = self._items.get(key, (None, None))
        return value if until is not None and until > self._clock.now() else None

    def _store(self, key: str, value: bytes, ttl: int) -> None:
        now = self._clock.now()
        self._items[key] = (value, now + timedelta(seconds=ttl))
        self._writes += 1
        if self._writes % SWEEP_EVERY == 0:
            fresh = [(name, item) for name, item in self._items.items() if item[1] > now]
            self._items = dict(islice(fresh, max(0, len(fresh) - self._largest), None))


class RedisCache:
    """A cache shared by all processes. While Redis is away each process goes on with a cache of its own."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._redis = redis_client(url)
        self._own = MemoryCache(clock)
        self._delete_if = self._redis.register_script(DELETE_IF)
        self._ask_again_at = 0.0

    def get(self, key: str) -> bytes | None:
        return self._try(lambda: cast("bytes | None", self._redis.get(key)), lambda: self._own.get(key))

    def set(self, key: str, value: bytes, *, ttl: int) -> None:
        self._own.delete(key)  # or an older value would come back when Redis goes away
        self._try(lambda: self._redis.set(key, value, ex=ttl), lambda: self._own.set(key, value, ttl=ttl))

    def add(self, key: str, value: bytes, *, ttl: int) -> bool:
        return self._try(
            lambda: bool(self._redis.set(key, value, ex=ttl, nx=True)), lambda: self._own.add(key, value, ttl=ttl)
        )

    def delete(self, key: str) -> None:
        self._own.delete(key)
        self._try(lambda: self._redis.delete(key), lambda: None)

    def delete_if(self, key: str, value: bytes) -> bool:
        own = self._own.delete_if(key, value)
        return self._try(lambda: bool(self._delete_if(keys=[key], args=[value])), lambda: False) or own

    def ping(self) -> None:
        try:
            self._redis.ping()
        except redis.RedisError as error:
            raise ConnectionError("Redis does not answer") from error

    def _try(self, shared: Callable[[], T], own: Callable[[], T]) -> T:
        if monotonic() < self._ask_again_at:
            return own()
        try:
            return shared()
        except redis.RedisError as error:
            self._ask_again_at = monotonic() + LEAVE_ALONE_S
            log.warning("cache.redis-away", error=type(error).__name__)
            return own()


def redis_client(url: str) -> redis.Redis:
    """A client that gives up soon: whoever asks can do without Redis, and waiting would cost more than it brings."""
    return redis.Redis.from_url(url, **REDIS_OPTIONS)
