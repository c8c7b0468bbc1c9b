from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from backend.kit.clock import FixedClock
from backend.runtime import Runtime
from backend.wechat import OfficialAccount
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.backend.conversations.phones import Phone, make_phone
from tests.support.runtimes import MP, OA, make_runtime
from tests.support.simulator import RunningSimulator, running_simulator


@pytest.fixture
def wechat(clock: FixedClock) -> Iterator[RunningSimulator]:
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    with running_simulator(SimulatorConfig(apps=apps, clock=clock, push_timeout=0.5)) as running:
        yield running


@pytest.fixture
def post(engine: Engine, clock: FixedClock, wechat: RunningSimulator) -> Runtime:
    """A runtime that speaks to the simulator and is not patient with it."""
    runtime = make_runtime(engine, clock, wechat_url=wechat.base_url)
    impatient = OfficialAccount(OA, cache=runtime.cache, base_url=wechat.base_url, timeout=(1, 1))
    return replace(runtime, official_account=impatient)


@pytest.fixture
def phone(post: Runtime, wechat: RunningSimulator) -> Phone:
    return make_phone(post, wechat)


@pytest.fixture
def phones(post: Runtime, wechat: RunningSimulator) -> Callable[[int], list[Phone]]:
    return lambda count: [make_phone(post, wechat) for _ in range(count)]
