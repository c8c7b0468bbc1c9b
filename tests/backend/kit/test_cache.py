import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from backend.kit.cache import SWEEP_EVERY, MemoryCache, RedisCache
from backend.kit.clock import FixedClock
from tests.support.clocks import MORNING
from tests.support.redis_servers import away_url


@pytest.fixture(params=["memory", "redis", "redis away"])
def cache(request, clock):
    """The three of them keep the same promises."""
    if request.param == "memory":
        return MemoryCache(clock)
    return RedisCache(request.getfixturevalue("redis_url") if request.param == "redis" else away_url(), clock)


@pytest.fixture
def key():
    return f"baihui-test:{uuid4().hex}"


def test_what_is_set_is_there_until_it_is_deleted(cache, key):
    assert cache.get(key) is None
    cache.set(key, b"one", ttl=60)
    assert cache.get(key) == b"one"
    cache.set(key, b"\x00\xff", ttl=60)
    assert cache.get(key) == b"\x00\xff"
    cache.delete(key)
    cache.delete(key)
    assert cache.get(key) is None


def test_only_the_first_adds(cache, key):
    assert cache.add(key, b"one", ttl=60)
    assert not cache.add(key, b"two", ttl=60)
    assert cache.get(key) == b"one"


def test_of_many_at_once_only_one_adds(cache, key):
    with ThreadPoolExecutor(16) as pool:
        added = list(pool.map(lambda place: cache.add(key, b"%d" % place, ttl=60), range(64)))
    assert added.count(True) == 1
    assert cache.get(key) == b"%d" % added.index(True)


def test_only_who_holds_it_deletes_it(cache, key):
    cache.set(key, b"mine", ttl=60)
    assert not cache.delete_if(key, b"yours")
    assert cache.get(key) == b"mine"
    assert cache.delete_if(key, b"mine")
    assert not cache.delete_if(key, b"mine")
    assert cache.get(key) is None


def test_a_memory_cache_forgets_when_the_time_has_passed(clock):
    cache = MemoryCache(clock)
    cache.set("a", b"one", ttl=60)
    clock.move(timedelta(seconds=60) - timedelta(microseconds=1))
    assert cache.get("a") == b"one"
    clock.move(timedelta(microseconds=1))
    assert cache.get("a") is None
    assert cache.add("a", b"two", ttl=60)


def test_redis_is_told_the_time_to_forget(redis_url, clock, key):
    cache = RedisCache(redis_url, clock)
    cache.set(key, b"one", ttl=60)
    cache.add(f"{key}:2", b"one", ttl=60)
    assert 50 < cache._redis.ttl(key) <= 60
    assert 50 < cache._redis.ttl(f"{key}:2") <= 60


def test_a_memory_cache_does_not_grow_for_ever():
    clock = FixedClock(MORNING)
    cache = MemoryCache(clock, largest=2_000)
    for place in range(SWEEP_EVERY - 1):
        cache.set(f"old:{place}", b"", ttl=1)
    clock.move(timedelta(seconds=2))
    cache.set("new", b"", ttl=1)
    assert list(cache._items) == ["new"]
    for place in range(5 * SWEEP_EVERY):
        cache.set(str(place), b"", ttl=60)
    assert len(cache._items) == 2_000
    assert cache.get(str(5 * SWEEP_EVERY - 1)) == b""


def test_a_redis_that_is_away_is_told_by_ping(clock):
    with pytest.raises(ConnectionError):
        RedisCache(away_url(), clock).ping()


def test_ping_is_quiet_where_all_is_well(redis_url, clock):
    RedisCache(redis_url, clock).ping()
    MemoryCache(clock).ping()


def test_a_redis_that_does_not_answer_is_left_alone_for_a_while(clock):
    """Or every call would wait for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        visits = []
        threading.Thread(target=_hang_up, args=(server, visits), daemon=True).start()
        cache = RedisCache(f"redis://127.0.0.1:{server.getsockname()[1]}", clock)
        cache.set("a", b"one", ttl=60)
        asked = len(visits)
        assert asked >= 1
        assert [cache.get("a") for _ in range(20)] == [b"one"] * 20
        assert len(visits) == asked
        cache._ask_again_at = 0.0
        assert cache.get("a") == b"one"
        assert len(visits) > asked


def test_what_was_kept_while_redis_was_away_does_not_come_back_over_newer_values(redis_url, clock, key):
    cache = RedisCache(redis_url, clock)
    cache._own.set(key, b"old", ttl=60)
    cache.set(key, b"new", ttl=60)
    cache._ask_again_at = float("inf")
    assert cache.get(key) is None


def _hang_up(server, visits):
    try:
        while True:
            visitor, _ = server.accept()
            visits.append(1)
            visitor.close()
    except OSError:
        return
