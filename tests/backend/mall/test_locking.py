import pytest

from backend import mall
from backend.mall.locking import checked_reason, handed_over_at, locked, must_wait
from backend.mall.models import Order
from tests.support.clocks import MORNING


def test_the_account_is_locked_before_the_order(session, exchange, count_statements):
    order = exchange()
    with count_statements(session) as said:
        account, found = locked(session, Order.no == order.no, now=MORNING)
    assert (account.member_id, found) == (order.member_id, order)
    tables = [statement.split("FROM ")[1].split()[0] for statement in said if statement.startswith("SELECT")]
    assert tables.index("point_accounts") < len(tables) - 1 - tables[::-1].index("mall_orders")
    with pytest.raises(mall.OrderUnknown):
        locked(session, Order.no == "NOSUCHORDER", now=MORNING)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("received", mall.AlreadyPickedUp),
        ("completed", mall.AlreadyPickedUp),
        ("cancelled", mall.OrderCancelled),
        ("lapsed", mall.OrderLapsed),
        ("refused", mall.OrderRefused),
        ("returned", mall.OrderReturned),
    ],
)
def test_what_does_not_wait_says_what_became_of_it(status, refusal):
    with pytest.raises(refusal):
        must_wait(Order(status=status))


def test_what_waits_was_not_handed_over():
    for status in ("placed", "prepared", "ready"):
        must_wait(Order(status=status))
        with pytest.raises(mall.NotPickedUp):
            handed_over_at(Order(status=status))
    assert handed_over_at(Order(status="received", received_at=MORNING)) == MORNING


def test_a_reason_is_one_line():
    assert checked_reason(" 缺货 ") == "缺货"
    with pytest.raises(mall.ReasonRefused):
        checked_reason("\n")
