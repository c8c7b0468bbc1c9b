from datetime import timedelta

import pytest
import requests

from backend.kit.clock import FixedClock
from backend.wechat import OfficialAccount
from backend.wechat.errors import WeChatError
from backend.wechat.simulator import DEMO_MINI_PROGRAM, DEMO_OFFICIAL_ACCOUNT
from tests.support.simulator import RunningSimulator, User

TEMPLATES = {"T-points": {"title": "积分到账提醒", "fields": [{"key": "thing1", "label": "会员等级"}]}}
CREDENTIALS = {"appid": DEMO_OFFICIAL_ACCOUNT.appid, "secret": DEMO_OFFICIAL_ACCOUNT.secret}


def test_errors_are_http_200_with_a_rid(simulator: RunningSimulator):
    response = requests.get(f"{simulator.base_url}/cgi-bin/user/info", timeout=5)
    assert response.status_code == 200
    assert response.json()["errcode"] == 41001
    assert "rid: " in response.json()["errmsg"]


def test_unknown_address_is_404(simulator: RunningSimulator):
    assert requests.get(f"{simulator.base_url}/cgi-bin/nothing", timeout=5).status_code == 404


@pytest.mark.parametrize(("change", "errcode"), [({"appid": "wx0"}, 40013), ({"secret": "no"}, 40125)])
def test_wrong_credentials(simulator: RunningSimulator, change: dict[str, str], errcode: int):
    answer = _stable(simulator, **change)
    assert answer["errcode"] == errcode


def test_stable_token_wants_post(simulator: RunningSimulator):
    answer = requests.get(f"{simulator.base_url}/cgi-bin/stable_token", params=CREDENTIALS, timeout=5).json()
    assert answer["errcode"] == 43002


def test_stable_token_stays_until_five_minutes_before_its_end(simulator: RunningSimulator, clock: FixedClock):
    first = _stable(simulator)
    clock.move(timedelta(seconds=6899))
    same = _stable(simulator)
    assert (same["access_token"], same["expires_in"]) == (first["access_token"], 301)
    clock.move(timedelta(seconds=1))
    assert _stable(simulator)["access_token"] != first["access_token"]
    assert _works(simulator, first)
    clock.move(timedelta(seconds=300))
    assert not _works(simulator, first)


def test_both_kinds_of_token_live_side_by_side(simulator: RunningSimulator):
    stable, plain = _stable(simulator), _plain(simulator)
    assert _works(simulator, stable)
    assert _works(simulator, plain)


def test_plain_token_ends_five_minutes_after_the_next(simulator: RunningSimulator, clock: FixedClock):
    first, second = _plain(simulator), _plain(simulator)
    assert first["access_token"] != second["access_token"]
    clock.move(timedelta(seconds=299))
    assert _works(simulator, first)
    clock.move(timedelta(seconds=1))
    assert not _works(simulator, first)
    assert _works(simulator, second)


def test_forced_refresh_ends_the_old_token_and_is_limited(simulator: RunningSimulator, clock: FixedClock):
    first = _stable(simulator)
    second = _stable(simulator, force_refresh=True)
    assert not _works(simulator, first)
    assert _works(simulator, second)
    assert _stable(simulator, force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        clock.move(timedelta(seconds=30))
        assert "access_token" in _stable(simulator, force_refresh=True)
    clock.move(timedelta(seconds=30))
    assert _stable(simulator, force_refresh=True)["errcode"] == 45009


def test_expired_token_is_said_to_be_expired(simulator: RunningSimulator, clock: FixedClock):
    token = _stable(simulator)
    clock.move(timedelta(seconds=7200))
    assert _call(simulator, token)["errcode"] == 42001


def test_token_of_the_mini_program_does_not_open_the_official_account(simulator: RunningSimulator):
    token = _stable(simulator, appid=DEMO_MINI_PROGRAM.appid, secret=DEMO_MINI_PROGRAM.secret)
    assert _call(simulator, token)["errcode"] == 48001


def test_quota_of_a_day_ends_at_midnight_in_china(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User, clock: FixedClock
):
    simulator.post("quotas", api="user/info", per_day=2)
    assert [_errcode(official_account, follower) for _ in range(3)] == [0, 0, 45009]
    clock.move(timedelta(hours=11, minutes=59))
    assert _errcode(official_account, follower) == 45009
    clock.move(timedelta(minutes=1))
    assert _errcode(official_account, follower) == 0


def test_quota_of_a_minute(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User, clock: FixedClock
):
    simulator.post("quotas", api="user/info", per_minute=1)
    assert [_errcode(official_account, follower) for _ in range(2)] == [0, 45011]
    clock.move(timedelta(minutes=1))
    assert _errcode(official_account, follower) == 0


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


@pytest.mark.parametrize(
    ("value", "text"),
    [("", "data.thing1.value is empty"), ("字" * 21, "data.thing1.value invalid")],
)
def test_field_rules_are_answered_as_wechat_does(
    official_account: OfficialAccount, follower: User, value: str, text: str
):
    with pytest.raises(WeChatError, match=text) as refused:
        official_account.send_template(follower.oa_openid, "T", {"thing1": value}, client_msg_id="1")
    assert refused.value.errcode == 47003


def test_registered_templates_are_drawn_with_their_labels_and_no_others_are_known(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    simulator.register_templates(TEMPLATES)
    official_account.send_template(follower.oa_openid, "T-points", {"thing1": "金卡"}, client_msg_id="1")
    [message] = simulator.messages(follower, "template")
    assert message["title"] == "积分到账提醒"
    assert message["fields"] == [{"key": "thing1", "label": "会员等级", "value": "金卡"}]
    with pytest.raises(WeChatError) as unknown:
        official_account.send_template(follower.oa_openid, "T-other", {"thing1": "金卡"}, client_msg_id="2")
    assert unknown.value.errcode == 40037
    with pytest.raises(WeChatError, match=r"data\.thing1\.value is empty"):
        official_account.send_template(follower.oa_openid, "T-points", {"thing2": "金卡"}, client_msg_id="3")


def test_who_left_is_not_reached(simulator: RunningSimulator, official_account: OfficialAccount, follower: User):
    simulator.unfollow(follower)
    with pytest.raises(WeChatError) as refused:
        official_account.send_template(follower.oa_openid, "T", {"thing1": "x"}, client_msg_id="1")
    assert refused.value.errcode == 43004


def test_openid_of_the_mini_program_is_a_wrong_one(official_account: OfficialAccount, follower: User):
    with pytest.raises(WeChatError) as refused:
        official_account.send_template(follower.mp_openid, "T", {"thing1": "x"}, client_msg_id="1")
    assert refused.value.errcode == 40003


def test_a_client_msg_id_is_remembered_for_ten_minutes_and_for_one_user(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User, clock: FixedClock
):
    other = simulator.new_user()
    simulator.follow(other)
    first = official_account.send_template(follower.oa_openid, "T", {"thing1": "x"}, client_msg_id="1")
    assert official_account.send_template(follower.oa_openid, "T", {"thing1": "x"}, client_msg_id="1") == first
    assert official_account.send_template(other.oa_openid, "T", {"thing1": "x"}, client_msg_id="1") != first
    clock.move(timedelta(minutes=10))
    assert official_account.send_template(follower.oa_openid, "T", {"thing1": "x"}, client_msg_id="1") != first
    assert len(simulator.messages(follower, "template")) == 2


def test_a_fault_hits_the_user_it_is_meant_for(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    other = simulator.new_user()
    simulator.fault("user/info", errcode=-1, openid=follower.oa_openid, times=2)
    assert _errcode(official_account, other) == 0
    assert [_errcode(official_account, follower) for _ in range(3)] == [-1, -1, 0]


def test_faults_can_be_forgotten(simulator: RunningSimulator, official_account: OfficialAccount, follower: User):
    simulator.fault("user/info", errcode=-1, times=100)
    simulator.clear_faults()
    assert _errcode(official_account, follower) == 0


def test_the_log_of_calls_keeps_no_secret(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    official_account.user(follower.oa_openid)
    log = str(simulator.calls())
    assert DEMO_OFFICIAL_ACCOUNT.secret not in log
    assert [call["api"] for call in simulator.calls()] == ["cgi-bin/stable_token", "cgi-bin/user/info"]


def _stable(simulator: RunningSimulator, **change: object) -> dict[str, object]:
    body = {"grant_type": "client_credential", **CREDENTIALS, **change}
    return requests.post(f"{simulator.base_url}/cgi-bin/stable_token", json=body, timeout=5).json()


def _plain(simulator: RunningSimulator) -> dict[str, object]:
    params = {"grant_type": "client_credential", **CREDENTIALS}
    return requests.get(f"{simulator.base_url}/cgi-bin/token", params=params, timeout=5).json()


def _call(simulator: RunningSimulator, token: dict[str, object]) -> dict[str, object]:
    params = {"access_token": token["access_token"], "openid": "o"}
    return requests.get(f"{simulator.base_url}/cgi-bin/user/info", params=params, timeout=5).json()


def _works(simulator: RunningSimulator, token: dict[str, object]) -> bool:
    return _call(simulator, token)["errcode"] == 40003


def _errcode(official_account: OfficialAccount, user: User) -> int | None:
    try:
        official_account.user(user.oa_openid)
    except WeChatError as error:
        return error.errcode
    return 0
