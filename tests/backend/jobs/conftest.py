from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from backend.kit.clock import FixedClock
from backend.runtime import Runtime
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.support.runtimes import MP, OA, make_runtime
from tests.support.simulator import RunningSimulator, running_simulator


@pytest.fixture
def wechat(clock: FixedClock) -> Iterator[RunningSimulator]:
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    with running_simulator(SimulatorConfig(apps=apps, clock=clock, push_timeout=0.5)) as running:
        yield running


@pytest.fixture
def wechat_runtime(engine: Engine, clock: FixedClock, wechat: RunningSimulator) -> Runtime:
    return make_runtime(engine, clock, wechat_url=wechat.base_url)
