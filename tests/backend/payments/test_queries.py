import pytest

from backend import members, payments
from tests.factories.members import make_member
from tests.factories.payments import make_payment
from tests.support.clocks import MORNING


def test_a_payment_is_found_by_its_number_and_by_its_purpose(session, member_id):
    payment = make_payment(session, member_id)
    assert payments.get(session, payment.out_trade_no).payment is payment
    assert payments.for_purpose(session, "toy", "1") is payment
    assert payments.owner_of(session, payment.out_trade_no) == member_id


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: payments.get(session, "P-unknown"),
        lambda session: payments.for_purpose(session, "toy", "unknown"),
        lambda session: payments.owner_of(session, "P-unknown"),
    ],
)
def test_what_is_not_there_is_refused(session, ask):
    with pytest.raises(payments.PaymentUnknown):
        ask(session)


def test_an_unknown_refund_belongs_to_nobody(session):
    with pytest.raises(payments.RefundUnknown):
        payments.refund_by_no(session, "R-unknown")


def test_payments_follow_their_member(session, member_id):
    payment, into = make_payment(session, member_id), make_member(session)
    payments.move_payments(session, members.MembersMerged(member_id, into.id, MORNING))
    session.refresh(payment)
    assert payment.member_id == into.id
