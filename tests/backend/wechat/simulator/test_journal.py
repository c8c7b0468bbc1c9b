from backend.wechat import OfficialAccount
from backend.wechat.simulator import DEMO_OFFICIAL_ACCOUNT
from tests.support.simulator import RunningSimulator, User


def test_the_log_of_calls_keeps_no_secret(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    official_account.user(follower.oa_openid)
    log = str(simulator.calls())
    assert DEMO_OFFICIAL_ACCOUNT.secret not in log
    assert [call["api"] for call in simulator.calls()] == ["cgi-bin/stable_token", "cgi-bin/user/info"]


def test_the_log_can_be_read_on_from_a_call(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    official_account.user(follower.oa_openid)
    first, second = simulator.calls()
    assert simulator.get("calls", after=str(first["id"]))["items"] == [second]
    assert (second["openid"], second["appid"]) == (follower.oa_openid, DEMO_OFFICIAL_ACCOUNT.appid)
    assert (second["errcode"], second["outcome"]) == (0, "answered")
