from datetime import timedelta

import pytest
import requests

from backend.kit.clock import FixedClock
from backend.wechat import OfficialAccount
from backend.wechat.errors import WeChatError
from tests.support.simulator import RunningSimulator


def scenes(simulator: RunningSimulator) -> list[str]:
    return [one["scene"] for one in simulator.get("codes")["items"]]


def test_codes_that_can_be_scanned(simulator: RunningSimulator, official_account: OfficialAccount, clock: FixedClock):
    official_account.codes.create("forever")
    official_account.codes.create("hour", good_for=timedelta(hours=1))
    assert scenes(simulator) == ["hour", "forever"]
    clock.move(timedelta(hours=1))
    assert scenes(simulator) == ["forever"]


def test_the_same_scene_again_is_one_code(simulator: RunningSimulator, official_account: OfficialAccount):
    first, again = (official_account.codes.create("A") for _ in range(2))
    assert first.ticket != again.ticket
    assert scenes(simulator) == ["A"]


def test_a_ticket_opens_a_picture(simulator: RunningSimulator, official_account: OfficialAccount):
    ticket = official_account.codes.create("A").ticket
    picture = requests.get(f"{simulator.base_url}/cgi-bin/showqrcode", params={"ticket": ticket}, timeout=5)
    assert picture.content.startswith(b"\x89PNG")
    assert (
        requests.get(f"{simulator.base_url}/cgi-bin/showqrcode", params={"ticket": "x"}, timeout=5).status_code == 404
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action_name": "QR_LIMIT_STR_SCENE"},
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "a" * 65}}},
        {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_str": "a"}}},
        {"action_name": "QR_STR_SCENE", "expire_seconds": 2_592_001, "action_info": {"scene": {"scene_str": "a"}}},
    ],
)
def test_what_wechat_would_refuse(official_account: OfficialAccount, body: dict[str, object]):
    with pytest.raises(WeChatError) as refused:
        official_account._transport.post("cgi-bin/qrcode/create", body)
    assert refused.value.errcode == 40053
