import pytest
import requests

from tests.support.simulator import RunningSimulator


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "users", {}, 400),
        ("POST", "users/99/login-code", {}, 404),
        ("POST", "users/99/follow", {}, 404),
        ("GET", "users/99", {}, 404),
        ("POST", "faults", {"errcode": 1}, 400),
        ("POST", "templates", {"templates": {"T": {}}}, 400),
    ],
)
def test_control_refuses_what_it_does_not_understand(
    simulator: RunningSimulator, method: str, path: str, body: dict[str, object], status: int
):
    response = requests.request(method, f"{simulator.base_url}/_sim/{path}", json=body, timeout=5)
    assert response.status_code == status
    assert "error" in response.json()
