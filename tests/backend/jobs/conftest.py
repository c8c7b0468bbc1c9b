from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from backend.kit.clock import FixedClock
from backend.runtime import Runtime
from backend.wechat import WechatPay
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.support.paying import account, merchant
from tests.support.runtimes import MP, OA, make_runtime
from tests.support.simulator import RunningSimulator, running_simulator


@pytest.fixture
def wechat(clock: FixedClock) -> Iterator[RunningSimulator]:
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    with running_simulator(SimulatorConfig(apps=apps, clock=clock, push_timeout=0.5, pay=account())) as running:
        yield running


@pytest.fixture
def wechat_runtime(engine: Engine, clock: FixedClock, wechat: RunningSimulator) -> Runtime:
    pay = WechatPay(merchant(), base_url=wechat.base_url, notify_url="http://127.0.0.1:9/")
    return replace(make_runtime(engine, clock, wechat_url=wechat.base_url), pay=pay)
