from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from sqlalchemy import Engine

from backend.messaging import console_templates
from backend.runtime import Cluster, Runtime
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.backend.cluster.groups import Groups
from tests.backend.messaging.conftest import TEMPLATE_IDS, with_simulator
from tests.support.clocks import MORNING
from tests.support.file_clocks import FileClock
from tests.support.runtimes import MP, OA
from tests.support.simulator import RunningSimulator, running_simulator


@pytest.fixture
def clock(tmp_path: Path) -> FileClock:
    clock = FileClock(tmp_path / "clock")
    clock.set(MORNING)
    return clock


@pytest.fixture
def wechat(clock: FileClock) -> Iterator[RunningSimulator]:
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    with running_simulator(SimulatorConfig(apps=apps, clock=clock, push_timeout=0.5)) as running:
        running.register_templates(console_templates(TEMPLATE_IDS))
        yield running


@pytest.fixture
def runtime(mariadb: Engine, clock: FileClock, wechat: RunningSimulator) -> Runtime:
    return with_simulator(mariadb, clock, wechat)


@pytest.fixture
def server(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def cluster(redis_url: str, server: redis.Redis) -> Iterator[Cluster]:
    """Keys of this test alone, which are gone afterwards."""
    made = Cluster(redis_url, f"baihui-test-{uuid4().hex}", threads=2)
    yield made
    forget(server, made)


@pytest.fixture
def forget_all(server: redis.Redis, cluster: Cluster) -> Callable[[], int]:
    """Lets Redis lose whatever the engine keeps there; returns how many keys that were."""
    return lambda: forget(server, cluster)


@pytest.fixture
def groups(mariadb: Engine, clock: FileClock, wechat: RunningSimulator, cluster: Cluster) -> Iterator[Groups]:
    made = Groups(mariadb, clock, wechat, cluster)
    yield made
    made.end()


def forget(server: redis.Redis, cluster: Cluster) -> int:
    found = list(server.scan_iter(f"{cluster.namespace}:*", count=1000))
    return server.delete(*found) if found else 0
