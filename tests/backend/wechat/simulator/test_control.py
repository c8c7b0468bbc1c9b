import pytest
import requests

from backend.wechat.simulator import DEMO_MINI_PROGRAM
from tests.support.simulator import RunningSimulator


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", {"errcode": 1}, 400),
        ("POST", "templates", {"templates": {"T": {}}}, 400),
        ("POST", "templates", {"templates": {}, "appid": "wx0"}, 404),
        ("POST", "callback-url", {}, 400),
        ("POST", "callback-url", {"url": "http://x/", "appid": "wx0"}, 404),
    ],
)
def test_control_refuses_what_it_does_not_understand(
    simulator: RunningSimulator, method: str, path: str, body: dict[str, object], status: int
):
    response = requests.request(method, f"{simulator.base_url}/_sim/{path}", json=body, timeout=5)
    assert response.status_code == status
    assert "error" in response.json()


def test_each_account_has_a_callback_address_of_its_own(simulator: RunningSimulator):
    simulator.push_to("http://oa/")
    simulator.push_to("http://mp/", appid=DEMO_MINI_PROGRAM.appid)
    assert [app["callback_url"] for app in simulator.get("apps")["items"]] == ["http://oa/", "http://mp/"]
