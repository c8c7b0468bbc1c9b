import pytest

from backend.wechat.simulator.pay_account import PayFailed, check_request
from tests.support.paying import account


@pytest.mark.parametrize("header", ["", "Bearer x", 'WECHATPAY2-SHA256-RSA2048 mchid="1900000001"'])
def test_a_request_without_signature_is_refused(header):
    with pytest.raises(PayFailed, match="SIGN_ERROR"):
        check_request(account(), header, method="GET", target="/v3/x", body="")
