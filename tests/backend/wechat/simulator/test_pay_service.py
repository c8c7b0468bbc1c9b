"""WeChat Pay at its own paths, as far as the adapter does not show it already (see `cashier`)."""

import pytest
import requests

from backend.kit.clock import FixedClock
from tests.support.clocks import MORNING
from tests.support.paying import paid_world
from tests.support.simulator import running_simulator


@pytest.fixture(scope="module")
def wechat():
    with paid_world(FixedClock(MORNING)) as running:
        yield running


@pytest.mark.parametrize("path", ["pay/transactions/out-trade-no/T1", "bill/tradebill", "certificates", "refund/x"])
def test_who_does_not_sign_is_told_nothing(wechat, path):
    answer = requests.get(f"{wechat.base_url}/v3/{path}", timeout=10)
    assert answer.status_code in {401, 404}


def test_a_phone_cannot_pay_what_nobody_asked_for(wechat):
    user = wechat.new_user()
    answer = requests.post(f"{wechat.base_url}/_sim/users/{user.id}/payments/wx1", json={}, timeout=10)
    assert (answer.status_code, answer.json()["notice"]) == (409, None)
    assert wechat.get(f"users/{user.id}/payments") == {"items": []}


def test_a_wechat_without_merchant_takes_no_payment():
    with running_simulator() as bare:
        user = bare.new_user()
        for path in (f"users/{user.id}/payments/wx1", "payments/T1/notify"):
            assert requests.post(f"{bare.base_url}/_sim/{path}", json={}, timeout=10).status_code == 409
        assert requests.get(f"{bare.base_url}/v3/certificates", timeout=10).json()["code"] == "SIGN_ERROR"
