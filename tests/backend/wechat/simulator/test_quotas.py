from datetime import timedelta

import requests

from backend.kit.clock import FixedClock
from backend.wechat import OfficialAccount
from backend.wechat.simulator import DEMO_MINI_PROGRAM
from tests.backend.wechat.simulator.calling import errcode
from tests.support.simulator import RunningSimulator, User


def test_quota_of_a_day_ends_at_midnight_in_china(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User, clock: FixedClock
):
    simulator.post("quotas", api="user/info", per_day=2)
    assert [errcode(official_account, follower) for _ in range(3)] == [0, 0, 45009]
    clock.move(timedelta(hours=11, minutes=59))
    assert errcode(official_account, follower) == 45009
    clock.move(timedelta(minutes=1))
    assert errcode(official_account, follower) == 0


def test_quota_of_a_minute(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User, clock: FixedClock
):
    simulator.post("quotas", api="user/info", per_minute=1)
    assert [errcode(official_account, follower) for _ in range(2)] == [0, 45011]
    clock.move(timedelta(minutes=1))
    assert errcode(official_account, follower) == 0


def test_one_user_logs_in_a_hundred_times_a_minute(simulator: RunningSimulator):
    user = simulator.new_user()
    url = f"{simulator.base_url}/sns/jscode2session"
    params = {
        "appid": DEMO_MINI_PROGRAM.appid,
        "secret": DEMO_MINI_PROGRAM.secret,
        "js_code": simulator.login_code(user),
    }
    with requests.Session() as http:
        answers = [http.get(url, params=params, timeout=5).json().get("errcode") for _ in range(101)]
    assert (answers[0], answers[99], answers[100]) == (None, 40163, 45011)
