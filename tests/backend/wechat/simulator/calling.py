"""Calls of the simulated WeChat without our client."""

import requests

from backend.wechat import OfficialAccount
from backend.wechat.errors import WeChatError
from backend.wechat.simulator import DEMO_MINI_PROGRAM, DEMO_OFFICIAL_ACCOUNT
from tests.support.simulator import RunningSimulator, User

CREDENTIALS = {"appid": DEMO_OFFICIAL_ACCOUNT.appid, "secret": DEMO_OFFICIAL_ACCOUNT.secret}


def stable_token(simulator: RunningSimulator, **change: object) -> dict[str, object]:
    body = {"grant_type": "client_credential", **CREDENTIALS, **change}
    return requests.post(f"{simulator.base_url}/cgi-bin/stable_token", json=body, timeout=5).json()


def plain_token(simulator: RunningSimulator) -> dict[str, object]:
    params = {"grant_type": "client_credential", **CREDENTIALS}
    return requests.get(f"{simulator.base_url}/cgi-bin/token", params=params, timeout=5).json()


def call(simulator: RunningSimulator, token: dict[str, object]) -> dict[str, object]:
    params = {"access_token": token["access_token"], "openid": "o"}
    return requests.get(f"{simulator.base_url}/cgi-bin/user/info", params=params, timeout=5).json()


def works(simulator: RunningSimulator, token: dict[str, object]) -> bool:
    return call(simulator, token)["errcode"] == 40003


def send_subscribe(
    simulator: RunningSimulator, openid: str, template_id: str, /, **change: object
) -> dict[str, object]:
    """Send a subscribe message with our mini-program's token, its one field `thing1` filled unless changed."""
    return _send(simulator, DEMO_MINI_PROGRAM, "send", openid, template_id, change)


def send_notice(simulator: RunningSimulator, openid: str, template_id: str, /, **change: object) -> dict[str, object]:
    """Send a subscription notice of our official account, likewise."""
    return _send(simulator, DEMO_OFFICIAL_ACCOUNT, "bizsend", openid, template_id, change)


def _send(simulator, account, api, openid, template_id, change):
    own = {"appid": account.appid, "secret": account.secret}
    params = {"access_token": str(stable_token(simulator, **own)["access_token"])}
    body = {"touser": openid, "template_id": template_id, "data": {"thing1": {"value": "拿铁"}}, **change}
    url = f"{simulator.base_url}/cgi-bin/message/subscribe/{api}"
    return requests.post(url, params=params, json=body, timeout=5).json()


def errcode(official_account: OfficialAccount, user: User) -> int | None:
    try:
        official_account.user(user.oa_openid)
    except WeChatError as error:
        return error.errcode
    return 0
