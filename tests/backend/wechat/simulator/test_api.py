import requests

from tests.support.simulator import RunningSimulator


def test_errors_are_http_200_with_a_rid(simulator: RunningSimulator):
    response = requests.get(f"{simulator.base_url}/cgi-bin/user/info", timeout=5)
    assert response.status_code == 200
    assert response.json()["errcode"] == 41001
    assert "rid: " in response.json()["errmsg"]


def test_unknown_address_is_404(simulator: RunningSimulator):
    assert requests.get(f"{simulator.base_url}/cgi-bin/nothing", timeout=5).status_code == 404
