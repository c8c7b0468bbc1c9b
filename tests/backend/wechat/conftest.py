from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from backend.kit.cache import MemoryCache
from backend.kit.clock import FixedClock
from backend.wechat import MiniProgram, OfficialAccount
from backend.wechat.simulator import DEMO_MINI_PROGRAM, DEMO_OFFICIAL_ACCOUNT, SimulatorConfig
from tests.support.simulator import RunningSimulator, User, running_simulator

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def simulator(clock: FixedClock) -> Iterator[RunningSimulator]:
    with running_simulator(SimulatorConfig(clock=clock, push_timeout=0.5)) as running:
        yield running


@pytest.fixture
def cache(clock: FixedClock) -> MemoryCache:
    return MemoryCache(clock)


@pytest.fixture
def official_account(simulator: RunningSimulator, cache: MemoryCache) -> OfficialAccount:
    return OfficialAccount(DEMO_OFFICIAL_ACCOUNT, base_url=simulator.base_url, cache=cache, timeout=(1, 1))


@pytest.fixture
def mini_program(simulator: RunningSimulator, cache: MemoryCache) -> MiniProgram:
    return MiniProgram(DEMO_MINI_PROGRAM, base_url=simulator.base_url, cache=cache, timeout=(1, 1))


@pytest.fixture
def follower(simulator: RunningSimulator) -> User:
    user = simulator.new_user()
    simulator.follow(user)
    return user
