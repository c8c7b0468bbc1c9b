import multiprocessing
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing.synchronize import Barrier

import pytest

from backend.kit.cache import MemoryCache, RedisCache
from backend.kit.clock import FixedClock, SystemClock
from backend.wechat import AppCredentials, Misconfigured, OfficialAccount, QuotaSpent, TokenRefused, TooFast, TryLater
from backend.wechat.errors import WeChatError
from backend.wechat.simulator import DEMO_OFFICIAL_ACCOUNT
from backend.wechat.tokens import AccessTokens, FreshToken
from tests.support.simulator import RunningSimulator, User


class Source:
    """Gives tokens out like WeChat and counts how often it was asked."""

    def __init__(self, *values: str | WeChatError, expires_in: int = 7200) -> None:
        self.asked: list[bool] = []
        self._values = list(values)
        self._expires_in = expires_in

    def __call__(self, force: bool) -> FreshToken:  # noqa: FBT001  as it is called
        self.asked.append(force)
        value = self._values.pop(0) if len(self._values) > 1 else self._values[0]
        if isinstance(value, WeChatError):
            raise value
        return FreshToken(value, self._expires_in)


def test_a_token_is_fetched_once_and_kept(cache: MemoryCache):
    source = Source("first", "second")
    tokens = AccessTokens("wx1", source, cache)
    assert [tokens.current(), tokens.current()] == ["first", "first"]
    assert source.asked == [False]


@pytest.mark.parametrize(("expires_in", "kept"), [(7200, 6900), (300, 150), (60, 30), (1, 1)])
def test_a_token_is_kept_by_what_wechat_says(cache: MemoryCache, clock: FixedClock, expires_in: int, kept: int):
    tokens = AccessTokens("wx1", Source("first", "second", expires_in=expires_in), cache)
    tokens.current()
    clock.move(timedelta(seconds=kept, microseconds=-1))
    assert tokens.current() == "first"
    clock.move(timedelta(microseconds=1))
    assert tokens.current() == "second"


def test_appids_do_not_share_tokens(cache: MemoryCache):
    assert AccessTokens("wx1", Source("one"), cache).current() == "one"
    assert AccessTokens("wx2", Source("two"), cache).current() == "two"


def test_refusal_of_a_token_that_is_no_longer_ours_asks_nobody(cache: MemoryCache):
    source = Source("new")
    tokens = AccessTokens("wx1", source, cache)
    tokens.current()
    assert tokens.after_refusal_of("old") == "new"
    assert source.asked == [False]


def test_refused_token_is_fetched_anew_without_force(cache: MemoryCache):
    source = Source("first", "second")
    tokens = AccessTokens("wx1", source, cache)
    assert tokens.after_refusal_of(tokens.current()) == "second"
    assert source.asked == [False, False]
    assert tokens.current() == "second"


def test_the_same_token_again_is_forced_once_in_ten_minutes(cache: MemoryCache, clock: FixedClock):
    source = Source("first", "first", "second", "second", "second", "third")
    tokens = AccessTokens("wx1", source, cache)
    assert tokens.after_refusal_of(tokens.current()) == "second"
    with pytest.raises(TokenRefused):
        tokens.after_refusal_of("second")
    assert source.asked == [False, False, True, False]
    clock.move(timedelta(minutes=10))
    assert tokens.after_refusal_of("second") == "third"
    assert source.asked == [False, False, True, False, False, True]


@pytest.mark.parametrize("spent", [QuotaSpent(45009, "", ""), TooFast(45011, "", "")])
def test_no_forced_refresh_left_is_a_refused_token(cache: MemoryCache, spent: WeChatError):
    tokens = AccessTokens("wx1", Source("first", "first", spent), cache)
    with pytest.raises(TokenRefused):
        tokens.after_refusal_of(tokens.current())


@pytest.mark.parametrize("errcode", [40001, 40013, 40125, 40164, 40243, 89503, 40097])
def test_whatever_refuses_a_token_is_a_matter_of_set_up(
    simulator: RunningSimulator, official_account: OfficialAccount, errcode: int
):
    simulator.fault("stable_token", errcode=errcode)
    with pytest.raises(Misconfigured):
        official_account.user("o")


def test_a_lock_whose_holder_died_ends_by_itself(cache: MemoryCache, clock: FixedClock):
    cache.add("wechat:token:wx1:lock", b"died", ttl=20)
    tokens = AccessTokens("wx1", Source("first"), cache, max_wait=0.1)
    with pytest.raises(TryLater):
        tokens.current()
    clock.move(timedelta(seconds=20))
    assert tokens.current() == "first"


def test_failed_fetch_frees_the_lock(cache: MemoryCache):
    tokens = AccessTokens("wx1", Source(TryLater(None, "", ""), "first"), cache)
    with pytest.raises(TryLater):
        tokens.current()
    assert tokens.current() == "first"


def test_twenty_cold_threads_fetch_one_token(simulator: RunningSimulator, cache: MemoryCache, follower: User):
    simulator.fault("stable_token", delay_ms=200, times=20)
    clients = [_client(simulator, cache) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        users = list(pool.map(lambda client: client.user(follower.oa_openid), clients))
    assert all(user.subscribed for user in users)
    assert len(simulator.calls("stable_token")) == 1


def test_twenty_threads_with_a_revoked_token_fetch_one(simulator: RunningSimulator, cache: MemoryCache, follower: User):
    clients = [_client(simulator, cache) for _ in range(20)]
    clients[0].user(follower.oa_openid)
    simulator.post("tokens/revoke", appid=DEMO_OFFICIAL_ACCOUNT.appid)
    with ThreadPoolExecutor(20) as pool:
        users = list(pool.map(lambda client: client.user(follower.oa_openid), clients))
    assert all(user.subscribed for user in users)
    assert len(simulator.calls("stable_token")) == 2


def test_without_the_lock_there_is_a_stampede(simulator: RunningSimulator, clock: FixedClock, follower: User):
    """The negative control of the two tests above: caches of their own are no lock."""
    simulator.fault("stable_token", delay_ms=200, times=20)
    clients = [_client(simulator, MemoryCache(clock)) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda client: client.user(follower.oa_openid), clients))
    assert len(simulator.calls("stable_token")) == 20


def test_two_processes_on_redis_fetch_one_token(simulator: RunningSimulator, follower: User, redis_url: str):
    account = AppCredentials(f"wx{secrets.token_hex(8)}", "s")  # its own, for Redis outlives the test
    simulator.post("apps", kind="official-account", appid=account.appid, secret=account.secret)
    openid = simulator.get(f"users/{follower.id}")["openids"][account.appid]
    simulator.fault("stable_token", delay_ms=300, times=8)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    workers = [
        context.Process(
            target=_ask_from_another_process, args=(simulator.base_url, redis_url, account, openid, barrier)
        )
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(simulator.calls("user/info")) == 8
    assert len(simulator.calls("stable_token")) == 1


def _ask_from_another_process(
    base_url: str, redis_url: str, account: AppCredentials, openid: str, barrier: Barrier
) -> None:
    client = OfficialAccount(account, base_url=base_url, cache=RedisCache(redis_url, SystemClock()))
    barrier.wait(60)
    with ThreadPoolExecutor(4) as pool:
        assert {user.openid for user in pool.map(lambda _: client.user(openid), range(4))} == {openid}


def _client(simulator: RunningSimulator, cache: MemoryCache) -> OfficialAccount:
    return OfficialAccount(DEMO_OFFICIAL_ACCOUNT, base_url=simulator.base_url, cache=cache, timeout=(2, 5))
