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
