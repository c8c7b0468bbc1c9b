import pytest
import requests

from backend.wechat.simulator import DEMO_MINI_PROGRAM
from tests.backend.wechat.simulator.calling import CREDENTIALS, call, stable_token
from tests.support.simulator import RunningSimulator


@pytest.mark.parametrize(("change", "errcode"), [({"appid": "wx0"}, 40013), ({"secret": "no"}, 40125)])
def test_wrong_credentials(simulator: RunningSimulator, change: dict[str, str], errcode: int):
    answer = stable_token(simulator, **change)
    assert answer["errcode"] == errcode


def test_stable_token_wants_post(simulator: RunningSimulator):
    answer = requests.get(f"{simulator.base_url}/cgi-bin/stable_token", params=CREDENTIALS, timeout=5).json()
    assert answer["errcode"] == 43002


def test_token_of_the_mini_program_does_not_open_the_official_account(simulator: RunningSimulator):
    token = stable_token(simulator, appid=DEMO_MINI_PROGRAM.appid, secret=DEMO_MINI_PROGRAM.secret)
    assert call(simulator, token)["errcode"] == 48001
