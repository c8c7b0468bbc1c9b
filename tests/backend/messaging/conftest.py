from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from backend.kit.clock import FixedClock
from backend.messaging import CATALOGUE, console_templates
from backend.runtime import Runtime
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.backend.messaging.recipients import Recipient, make_recipient
from tests.support.runtimes import MP, OA, make_runtime
from tests.support.simulator import RunningSimulator, running_simulator

TEMPLATE_IDS = {name: f"id-of-{name}" for name in CATALOGUE}


@pytest.fixture
def wechat(clock: FixedClock) -> Iterator[RunningSimulator]:
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    with running_simulator(SimulatorConfig(apps=apps, clock=clock, push_timeout=0.5)) as running:
        running.register_templates(console_templates(TEMPLATE_IDS))
        yield running


@pytest.fixture
def runtime(engine: Engine, clock: FixedClock, wechat: RunningSimulator) -> Runtime:
    return with_simulator(engine, clock, wechat)


@pytest.fixture
def recipient(runtime: Runtime, wechat: RunningSimulator) -> Recipient:
    return make_recipient(runtime, wechat)


@pytest.fixture
def recipients(runtime: Runtime, wechat: RunningSimulator) -> Callable[[int], list[Recipient]]:
    return lambda count: [make_recipient(runtime, wechat) for _ in range(count)]


def with_simulator(engine, clock, wechat):
    """A runtime that speaks to the simulator."""
    return replace(make_runtime(engine, clock, wechat_url=wechat.base_url), template_ids=TEMPLATE_IDS)
