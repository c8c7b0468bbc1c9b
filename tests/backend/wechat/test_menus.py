import pytest

from backend import wechat
from backend.wechat import OfficialAccount
from tests.support.simulator import RunningSimulator

BUTTONS = [{"type": "click", "name": "我的积分", "key": "积分"}]


def test_menu_comes_and_goes(official_account: OfficialAccount):
    assert official_account.menu.read() is None
    official_account.menu.create(BUTTONS)
    assert official_account.menu.read() == BUTTONS
    official_account.menu.delete()
    assert official_account.menu.read() is None


def test_chinese_goes_as_it_is(simulator: RunningSimulator, official_account: OfficialAccount):
    official_account.menu.create(BUTTONS)
    [call] = simulator.calls("menu/create")
    assert (call["errcode"], call["request"]["escaped"]) == (0, False)


@pytest.mark.parametrize("errcode", [40018, 48001])
def test_other_refusals_are_raised(simulator: RunningSimulator, official_account: OfficialAccount, errcode: int):
    simulator.fault("menu/get", errcode=errcode)
    with pytest.raises(wechat.WeChatError) as refused:
        official_account.menu.read()
    assert refused.value.errcode == errcode
