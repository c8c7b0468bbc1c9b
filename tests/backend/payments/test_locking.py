from random import Random

import pytest

from backend import payments
from backend.payments.locking import locked, number, purpose
from tests.factories.payments import make_payment


def test_a_payment_is_locked_by_its_number(session, member_id):
    payment = make_payment(session, member_id)
    assert locked(session, payment.out_trade_no) is payment
    with pytest.raises(payments.PaymentUnknown):
        locked(session, "P-unknown")


def test_facts_name_the_purpose(session, member_id):
    payment = make_payment(session, member_id)
    assert purpose(payment) == {"payment_id": payment.id, "purpose_kind": "toy", "purpose_id": "1"}


def test_numbers_fit_wechat_pay():
    assert number("P", Random(1)).isalnum()
    assert len(number("P", Random(1))) <= 32
