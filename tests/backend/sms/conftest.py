from collections.abc import Iterator

import pytest

from backend.wechat.simulator import SimulatorConfig
from tests.support.simulator import RunningSimulator, User, running_simulator
from tests.support.sms import SIMULATED


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(SimulatorConfig(sms=SIMULATED, push_timeout=0.5)) as running:
        yield running


@pytest.fixture
def owner(simulator: RunningSimulator) -> User:
    return simulator.new_user(phone="13800001234")
