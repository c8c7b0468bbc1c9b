from datetime import timedelta

import pytest

from backend import wechat
from backend.wechat import OfficialAccount
from tests.support.simulator import RunningSimulator


def test_code_for_ever(simulator: RunningSimulator, official_account: OfficialAccount):
    code = official_account.codes.create("K7P2")
    assert code.url.startswith("http://weixin.qq.com/q/")
    [call] = simulator.calls("qrcode/create")
    given = call["request"]["given"]
    assert (given["action_name"], given["action_info"]) == ("QR_LIMIT_STR_SCENE", {"scene": {"scene_str": "K7P2"}})
    assert [one["ticket"] for one in simulator.get("codes")["items"]] == [code.ticket]


def test_code_for_a_time(simulator: RunningSimulator, official_account: OfficialAccount):
    official_account.codes.create("K7P2", good_for=timedelta(days=30))
    given = simulator.calls("qrcode/create")[0]["request"]["given"]
    assert (given["action_name"], given["expire_seconds"]) == ("QR_STR_SCENE", 2_592_000)


@pytest.mark.parametrize(
    ("scene", "good_for"),
    [
        ("", None),
        ("门店", None),
        ("a b", None),
        ("a" * 65, None),
        ("a", timedelta(0)),
        ("a", timedelta(days=30, seconds=1)),
    ],
)
def test_what_wechat_would_refuse_is_refused_before(
    simulator: RunningSimulator, official_account: OfficialAccount, scene: str, good_for: timedelta | None
):
    with pytest.raises(wechat.ContentRefused):
        official_account.codes.create(scene, good_for=good_for)
    assert simulator.calls() == []
