import pytest
import requests
from flask import Flask

from backend.wechat.simulator.hanging_up import hang_up
from tests.support.simulator import RunningSimulator


def test_the_caller_gets_no_answer(simulator: RunningSimulator):
    simulator.fault("cgi-bin/token", drop="before")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{simulator.base_url}/cgi-bin/token", timeout=5)


def test_without_a_connection_of_its_own_it_says_so():
    with Flask(__name__).test_request_context():
        assert hang_up().status_code == 502
