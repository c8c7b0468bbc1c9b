from datetime import timedelta

import pytest

from backend.kit.clock import FixedClock
from backend.wechat import OfficialAccount
from backend.wechat.errors import WeChatError
from tests.support.simulator import RunningSimulator, User

TEMPLATES = {"T-points": {"title": "积分到账提醒", "fields": [{"key": "thing1", "label": "会员等级"}]}}


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


def test_dead_fields_are_refused(official_account: OfficialAccount, follower: User):
    with pytest.raises(WeChatError, match=r"data\.first\.value invalid"):
        official_account.send_template(follower.oa_openid, "T", {"first": "您好"}, client_msg_id="1")


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
