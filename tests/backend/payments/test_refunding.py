from random import Random

import pytest

from backend import payments
from backend.payments.refunding import send_back
from backend.wechat import RefundSaid
from tests.factories.payments import MCHID, OURS, make_payment, paid
from tests.support.clocks import MORNING


@pytest.fixture
def payment(session, member_id):
    payment = make_payment(session, member_id)
    session.info["listeners"] = {}
    return payments.settle_trade(session, paid(payment), **OURS, now=MORNING)


def refund(session, payment, fen, key="a"):
    return payments.refund(session, payment, key=key, fen=fen, reason="退款", rng=Random(key), now=MORNING)


def said(found, state="SUCCESS", **changed):
    return RefundSaid(**({"out_refund_no": found.out_refund_no, "state": state, "fen": found.fen} | changed))


def settle(session, what):
    return payments.settle_refund(session, what, mchid=MCHID, now=MORNING)


def test_a_key_is_refunded_once(session, payment):
    assert refund(session, payment, 100).id == refund(session, payment, 100).id
    assert payment.refunded_fen == 100


@pytest.mark.parametrize("fen", [0, -1, 19_901])
def test_never_more_than_was_paid(session, payment, fen):
    with pytest.raises(payments.RefundTooHigh):
        refund(session, payment, fen)
    assert refund(session, payment, 19_900).status == "waiting"
    with pytest.raises(payments.RefundTooHigh):
        refund(session, payment, 1, key="b")


def test_what_is_not_paid_has_nothing_to_give_back(session, member_id):
    with pytest.raises(payments.RefundTooHigh):
        refund(session, make_payment(session, member_id), 1)


def test_it_is_done_once_however_often_it_is_told(session, payment):
    heard, found = [], refund(session, payment, 100)
    session.info["listeners"] = {payments.PaymentRefunded: [lambda _, fact: heard.append(fact)]}
    assert settle(session, said(found, "PROCESSING")).status == "sent"
    for state in ("SUCCESS", "SUCCESS", "PROCESSING", "CLOSED"):
        assert settle(session, said(found, state)).status == "done"
    assert [(one.key, one.fen) for one in heard] == [("a", 100)]


@pytest.mark.parametrize("changed", [{"fen": 99}, {"mchid": "1900000009"}])
def test_what_does_not_fit_changes_nothing(session, payment, changed):
    found = refund(session, payment, 100)
    with pytest.raises(payments.PaymentMismatch):
        settle(session, said(found, **changed))
    assert found.status == "waiting"


def test_an_unknown_refund_is_refused(session, payment):
    with pytest.raises(payments.RefundUnknown):
        settle(session, RefundSaid("R-unknown", "SUCCESS", 1))


@pytest.mark.parametrize(("state", "same_number"), [("CLOSED", False), ("ABNORMAL", True)])
def test_a_failed_one_is_tried_again_by_hand(session, payment, state, same_number):
    found = refund(session, payment, 100)
    number = found.out_refund_no
    with pytest.raises(payments.RefundNotFailed):
        payments.retry_refund(session, number, by="li", rng=Random(1), now=MORNING)
    settle(session, said(found, state))
    assert [one.id for one in payments.failed_refunds(session, limit=10)] == [found.id]
    payments.retry_refund(session, number, by="li", rng=Random(1), now=MORNING)
    assert (found.status, found.settled_by, found.out_refund_no == number) == ("waiting", "li", same_number)


def test_a_failed_one_is_settled_otherwise(session, payment):
    found = refund(session, payment, 100)
    settle(session, said(found, "ABNORMAL"))
    payments.settle_refund_by_hand(session, found.out_refund_no, by="li", now=MORNING)
    assert (found.status, found.settled_by) == ("done", "li")
    with pytest.raises(payments.RefundNotFailed):
        payments.settle_refund_by_hand(session, found.out_refund_no, by="li", now=MORNING)


def test_stray_money_goes_back_once_and_is_told_to_nobody(session, payment):
    heard = []
    session.info["listeners"] = {payments.PaymentRefunded: [lambda _, fact: heard.append(fact)]}
    for _ in range(2):
        send_back(session, payment, "4200000002", now=MORNING)
    (stray,) = payments.get(session, payment.out_trade_no).refunds
    settle(session, said(stray))
    assert (stray.status, stray.stray, heard) == ("done", True, [])
