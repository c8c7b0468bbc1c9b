import pytest
import requests

from backend.wechat import MiniProgram, OfficialAccount
from backend.wechat.errors import WeChatError
from backend.wechat.simulator import DEMO_MINI_PROGRAM
from tests.backend.wechat.simulator.calling import CREDENTIALS, stable_token
from tests.support.simulator import RunningSimulator


def ask(simulator: RunningSimulator, path: str, **params: object) -> dict[str, object]:
    return requests.get(f"{simulator.base_url}/{path}", params=params, timeout=5).json()


def test_web_login_gives_no_unionid_as_snsapi_base_does(simulator: RunningSimulator):
    code = simulator.web_code(simulator.new_user())
    answer = ask(simulator, "sns/oauth2/access_token", **CREDENTIALS, code=code)
    assert set(answer) == {"access_token", "expires_in", "refresh_token", "openid", "scope"}


@pytest.mark.parametrize(("change", "errcode"), [({"code": "none"}, 40029), ({"secret": "no"}, 40125)])
def test_web_login_refused(simulator: RunningSimulator, change: dict[str, str], errcode: int):
    given = {**CREDENTIALS, "code": simulator.web_code(simulator.new_user()), **change}
    assert ask(simulator, "sns/oauth2/access_token", **given)["errcode"] == errcode


def test_escaped_menu_is_refused(simulator: RunningSimulator):
    params = {"access_token": stable_token(simulator)["access_token"]}
    body = {"button": [{"type": "click", "name": "积分", "key": "积分"}]}
    answer = requests.post(f"{simulator.base_url}/cgi-bin/menu/create", params=params, json=body, timeout=5).json()
    assert answer["errcode"] == 40033


@pytest.mark.parametrize("path", ["cgi-bin/ticket/getticket", "cgi-bin/menu/get", "cgi-bin/menu/delete"])
def test_what_is_the_official_accounts_is_closed_to_the_mini_program(simulator: RunningSimulator, path: str):
    token = stable_token(simulator, appid=DEMO_MINI_PROGRAM.appid, secret=DEMO_MINI_PROGRAM.secret)
    assert ask(simulator, path, access_token=token["access_token"])["errcode"] == 48001


def test_link_is_the_mini_programs(simulator: RunningSimulator, mini_program: MiniProgram):
    assert mini_program.url_link("pages/card/index").startswith(f"{simulator.base_url}/_sim/link/")
    assert ask(simulator, "wxa/generate_urllink", **stable_token(simulator))["errcode"] == 48001


def test_code_is_the_official_accounts(official_account: OfficialAccount, mini_program: MiniProgram):
    assert official_account.codes.create("A1").ticket
    with pytest.raises(WeChatError) as refused:
        mini_program._transport.post("cgi-bin/qrcode/create", {})
    assert refused.value.errcode == 48001
