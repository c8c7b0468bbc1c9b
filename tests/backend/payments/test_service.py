from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from backend import payments
from backend.kit.facts import announce
from backend.payments.service import close_overdue
from backend.wechat import Trade
from tests.factories.payments import MCHID, OURS, UNTIL, make_payment, paid
from tests.support.clocks import MORNING
from tests.support.runtimes import MP

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def told(session):
    """The facts that payments announce."""
    heard = []
    kinds = (payments.PaymentSucceeded, payments.PaymentClosed, payments.PaymentRefunded)
    session.info["listeners"] = {kind: [lambda _, fact: heard.append(fact)] for kind in kinds}
    assert announce(session, object()) is None
    return heard


def test_a_purpose_has_one_payment(session, member_id):
    first = make_payment(session, member_id)
    assert make_payment(session, member_id).id == first.id
    assert (first.status, first.expires_at, len(first.out_trade_no)) == ("created", UNTIL, 29)


def test_money_comes_in_once_however_often_it_is_told(session, member_id, told):
    payment = make_payment(session, member_id)
    for _ in range(3):
        payments.settle_trade(session, paid(payment), **OURS, now=MORNING)
    assert [(type(one), one.fen) for one in told] == [(payments.PaymentSucceeded, 19_900)]
    assert (payment.status, payment.paid_fen, payment.ask_at) == ("paid", 19_900, None)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"fen": 19_899}, "amount"),
        ({"fen": None}, "amount"),
        ({"mchid": "1900000009"}, "mchid"),
        ({"appid": "wx0"}, "appid"),
        ({"currency": "USD"}, "currency"),
        ({"transaction_id": None}, "transaction"),
    ],
)
def test_what_does_not_fit_changes_nothing(session, member_id, told, changed, wrong):
    payment = make_payment(session, member_id)
    with pytest.raises(payments.PaymentMismatch) as refused:
        payments.settle_trade(session, replace(paid(payment), **changed), **OURS, now=MORNING)
    assert (refused.value.details, payment.status, told) == ({"what": wrong}, "created", [])


def test_an_unknown_number_is_refused(session, member_id):
    stranger = Trade("P-unknown", "SUCCESS", MCHID, MP.appid, 1, "CNY", "42")
    with pytest.raises(payments.PaymentUnknown):
        payments.settle_trade(session, stranger, **OURS, now=MORNING)


def test_what_was_closed_is_paid_back_once(session, member_id, told):
    payment = make_payment(session, member_id)
    close_overdue(session, payment.out_trade_no, now=LATER)
    assert [type(one) for one in told] == [payments.PaymentClosed]
    for _ in range(2):
        payments.settle_trade(session, paid(payment), **OURS, now=LATER)
    refunds = payments.get(session, payment.out_trade_no).refunds
    assert [(one.fen, one.stray, one.status) for one in refunds] == [(19_900, True, "waiting")]
    assert (payment.status, payment.refunded_fen, len(told)) == ("closed", 19_900, 1)


def test_a_second_transaction_is_paid_back_and_the_first_stays(session, member_id, told):
    payment = make_payment(session, member_id)
    payments.settle_trade(session, paid(payment), **OURS, now=MORNING)
    for _ in range(2):
        payments.settle_trade(session, paid(payment, transaction_id="4200000002"), **OURS, now=MORNING)
    refunds = payments.get(session, payment.out_trade_no).refunds
    assert [(one.transaction_id, one.stray) for one in refunds] == [("4200000002", True)]
    assert (payment.status, payment.transaction_id, payment.refunded_fen, len(told)) == ("paid", "4200000001", 0, 1)


def test_what_is_not_paid_is_asked_for_again_and_closing_is_noted(session, member_id, told):
    payment = make_payment(session, member_id)
    payments.settle_trade(session, paid(payment, state="NOTPAY"), **OURS, now=MORNING)
    assert (payment.status, payment.ask_at) == ("created", MORNING + timedelta(minutes=1))
    payments.settle_trade(session, paid(payment, state="CLOSED"), **OURS, now=LATER)
    assert (payment.status, payment.ask_at, type(told[0])) == ("closed", None, payments.PaymentClosed)
    payments.settle_trade(session, paid(payment, state="NOTPAY"), **OURS, now=LATER)
    assert payment.status == "closed"


def test_what_its_purpose_cancels_is_told_to_nobody_and_closed_with_wechat_soon(session, member_id, told):
    payment = make_payment(session, member_id)
    payments.cancel(session, payment, now=MORNING)
    assert (payment.status, payment.ask_at, told) == ("closed", MORNING, [])
    close_overdue(session, payment.out_trade_no, now=LATER)
    assert (payment.ask_at, told) == (None, [])


def test_what_is_paid_is_cancelled_by_nobody(session, member_id, told):
    payment = make_payment(session, member_id)
    payments.settle_trade(session, paid(payment), **OURS, now=MORNING)
    payments.cancel(session, payment, now=MORNING)
    close_overdue(session, payment.out_trade_no, now=LATER)
    assert (payment.status, [type(one) for one in told]) == ("paid", [payments.PaymentSucceeded])


def test_numbers_are_not_to_be_guessed_from_one_another(session, member_id):
    one, other = (make_payment(session, member_id, purpose_id=key).out_trade_no for key in "12")
    assert one[:8] != other[:8]
    assert Random("1").random() != Random("2").random()
