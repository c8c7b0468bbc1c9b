import pytest

from backend.wechat import BadKey, PayRefused
from backend.wechat.pay_transport import PayTransport
from tests.support.paying import merchant

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize("wrong", [{"private_key": "x"}, {"public_key": "x"}])
def test_a_key_that_cannot_be_read_is_found_at_the_start(wrong):
    with pytest.raises(BadKey):
        PayTransport(merchant(**wrong), base_url=NOWHERE)


def test_files_are_fetched_from_wechat_pay_only():
    with pytest.raises(PayRefused, match="FOREIGN_ADDRESS"):
        PayTransport(merchant(), base_url=NOWHERE).download("http://evil.example/bill")
