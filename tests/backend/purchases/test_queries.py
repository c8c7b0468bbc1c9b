import pytest

from backend import purchases
from backend.purchases import RefundRequest, ReturnedLine
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING
from tests.support.statements import statements_of


def test_another_stores_purchase_is_unknown(session):
    bought = make_purchase(session, 100, store_id=make_store(session).id)
    with pytest.raises(purchases.UnknownPurchase):
        purchases.detail(session, store_id=make_store(session).id, order_no=bought.order_no)


def test_a_purchase_without_refunds(session):
    bought = make_purchase(session, 100, 200, store_id=make_store(session).id)
    found = purchases.detail(session, store_id=bought.store_id, order_no=bought.order_no)
    assert [line.amount_fen for line in found.lines] == [100, 200]
    assert found.refunds == ()


def test_all_of_a_purchase_is_read_in_two_statements(session):
    member = make_member(session)
    bought = make_purchase(session, *[1_000] * 20, store_id=make_store(session).id, member_id=member.id)
    for number in range(1, 6):
        request = RefundRequest(f"R{number}", lines=(ReturnedLine(number), ReturnedLine(number + 10)))
        purchases.refund(session, request, store_id=bought.store_id, order_no=bought.order_no, now=MORNING)
    session.flush()  # nothing of the above is said inside the count
    with statements_of(session) as said:
        found = purchases.detail(session, store_id=bought.store_id, order_no=bought.order_no)
    assert len(said) == 2
    assert len(found.lines) == 20
    assert [part.refund.refund_no for part in found.refunds] == ["R1", "R2", "R3", "R4", "R5"]
    assert [[line.line_no for line in part.lines] for part in found.refunds] == [[n, n + 10] for n in range(1, 6)]
