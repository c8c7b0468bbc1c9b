import pytest

from backend.wechat import OfficialAccount
from backend.wechat.errors import WeChatError
from tests.support.simulator import RunningSimulator

CLICK = {"type": "click", "name": "积分", "key": "积分"}
VIEW = {"type": "view", "name": "商城", "url": "http://127.0.0.1/"}
PAGE = {"type": "miniprogram", "name": "卡", "url": "http://127.0.0.1/", "appid": "wx1", "pagepath": "pages/card/index"}
BAR = [CLICK, {"name": "更多", "sub_button": [VIEW, PAGE]}]


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([{"name": "多", "sub_button": [CLICK] * 6}], 40016),
        ([CLICK | {"type": "hologram"}], 40017),
        ([{"name": "空"}], 40017),
        ([CLICK | {"name": ""}], 40018),
        ([CLICK | {"name": "我的会员卡"}], None),
        ([CLICK | {"name": "我的会员卡积分"}], 40018),
        ([{"name": "多", "sub_button": [CLICK | {"name": "我" * 20}]}], None),
        ([{"name": "多", "sub_button": [CLICK | {"name": "我" * 21}]}], 40018),
        ([CLICK | {"key": "键" * 43}], 40019),
        ([VIEW | {"url": ""}], 40020),
        ([PAGE | {"url": ""}], 40020),
        ([PAGE | {"pagepath": ""}], 40165),
        (["积分"], 47001),
    ],
)
def test_what_it_takes(official_account: OfficialAccount, buttons: list[object], errcode: int | None):
    if errcode is None:
        official_account.menu.create(buttons)
        assert official_account.menu.read() == buttons
    else:
        with pytest.raises(WeChatError) as refused:
            official_account.menu.create(buttons)
        assert refused.value.errcode == errcode


def test_buttons_are_found_by_their_place(simulator: RunningSimulator, official_account: OfficialAccount):
    official_account.menu.create(BAR)
    user = simulator.new_user()
    simulator.follow(user)
    assert [simulator.press(user, *place)["button"]["name"] for place in ([0], [1, 0], [1, 1])] == [
        "积分",
        "商城",
        "卡",
    ]
    assert [one["what"] for one in simulator.get("pushes")["items"]] == [
        "subscribe",
        "CLICK",
        "VIEW",
        "view_miniprogram",
    ]
    assert simulator.get("menu")["buttons"] == BAR


@pytest.mark.parametrize("place", [[2], [1, 2], [0, 0]])
def test_no_button_there(simulator: RunningSimulator, official_account: OfficialAccount, place: list[int]):
    official_account.menu.create(BAR)
    user = simulator.new_user()
    simulator.follow(user)
    answer = simulator._http.post(f"{simulator.base_url}/_sim/users/{user.id}/press", json={"place": place}, timeout=5)
    assert answer.status_code == 404
