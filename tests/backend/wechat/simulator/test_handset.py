import pytest
import requests

from backend.wechat.simulator import DEMO_MINI_PROGRAM
from tests.support.simulator import RunningSimulator


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "", {}, 400),
        ("GET", "/99", {}, 404),
        ("POST", "/99/login-code", {}, 404),
        ("POST", "/99/follow", {}, 404),
        ("GET", "/99/subscriptions", {}, 404),
        ("POST", "/99/subscriptions", {"choices": {"T": "accept"}}, 404),
        ("POST", "/1/subscriptions", {}, 400),
        ("POST", "/1/subscriptions", {"choices": {}}, 400),
        ("POST", "/1/subscriptions", {"choices": {"T": "ban"}}, 400),
        ("POST", "/1/subscriptions", {"choices": dict.fromkeys("ABCDEF", "accept")}, 400),
        ("POST", "/1/subscriptions", {"choices": {"T": "accept"}, "appid": "wx-of-nobody"}, 404),
        ("POST", "/1/say", {"text": "hi"}, 409),
    ],
)
def test_what_a_user_cannot_do_is_refused(
    simulator: RunningSimulator, method: str, path: str, body: dict[str, object], status: int
):
    simulator.new_user()
    response = requests.request(method, f"{simulator.base_url}/_sim/users{path}", json=body, timeout=5)
    assert response.status_code == status
    assert "error" in response.json()


def test_choosing_is_answered_as_the_mini_program_hears_it(simulator: RunningSimulator):
    user = simulator.new_user()
    choices = {"T1": "accept", "T2": "reject"}
    answer = simulator.post(f"users/{user.id}/subscriptions", choices=choices, appid=DEMO_MINI_PROGRAM.appid)
    assert answer == {"errMsg": "requestSubscribeMessage:ok", **choices}
    items = simulator.get(f"users/{user.id}/subscriptions", appid=DEMO_MINI_PROGRAM.appid)["items"]
    assert {item["template_id"]: item["accepts"] for item in items} == {"T1": 1, "T2": 0}
