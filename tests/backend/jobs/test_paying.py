from backend.jobs.paying import settle_payments
from tests.support.clocks import MORNING


def test_a_shop_without_wechat_pay_has_nothing_to_ask(runtime):
    assert settle_payments(runtime, MORNING) == {}
