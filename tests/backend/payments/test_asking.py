"""With a gateway that loses its answers; what it says over HTTP is tested with `cashier`."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest

from backend import payments
from backend.kit.db import run
from backend.wechat import PayLater, PayParameters, PayRefused, RefundSaid
from tests.factories.members import make_member
from tests.factories.payments import MCHID, OURS, make_payment, paid
from tests.support.clocks import MORNING
from tests.support.runtimes import MP

LATER = MORNING + timedelta(hours=1)


class Gateway:
    """Answers by a script; what is an exception is raised."""

    mchid, appid = MCHID, MP.appid

    def __init__(self, **script):
        self._script = script
        self.asked = []

    def _say(self, verb, what):
        self.asked.append(verb)
        answer = self._script.get(verb)
        if isinstance(answer, Exception):
            raise answer
        return answer(what) if callable(answer) else answer

    def prepay(self, order):
        return self._say("prepay", order)

    def parameters(self, prepay_id, *, nonce, now):
        return PayParameters("1", nonce, prepay_id, "RSA", "s")

    def query(self, number):
        return self._say("query", number)

    def close(self, number):
        return self._say("close", number)

    def refund(self, asked):
        return self._say("refund", asked)

    def query_refund(self, number):
        return self._say("query_refund", number)


@pytest.fixture
def payment(sessions):
    return run(sessions.write, lambda session: make_payment(session, make_member(session).id))


def status_of(sessions, payment):
    with sessions.read() as session:
        found = payments.get(session, payment.out_trade_no).payment
        return found.status, found.ask_at


def prepay(sessions, gateway, payment, *, openid="o-1", now=MORNING):
    return payments.prepay(sessions, gateway, payment.out_trade_no, openid=openid, rng=Random(1), now=now)


def test_another_payer_and_another_time_are_refused(sessions, payment):
    gateway = Gateway(prepay="wx1")
    assert prepay(sessions, gateway, payment).package == "wx1"
    for wrong in ({"openid": "o-2"}, {"now": LATER}):
        with pytest.raises(payments.NotPayable):
            prepay(sessions, gateway, payment, **wrong)
    assert gateway.asked == ["prepay"]


def test_a_refusal_is_looked_into_at_once(sessions, payment):
    with pytest.raises(payments.PaymentRefusedByWechat):
        prepay(sessions, Gateway(prepay=PayRefused("ORDERPAID", "", "")), payment)
    assert status_of(sessions, payment) == ("created", MORNING)


def test_a_notice_may_be_faster_than_our_own_note(sessions, payment):
    def pays_before_answering(order):
        settle(sessions)(paid(payment))
        return "wx1"

    prepay(sessions, Gateway(prepay=pays_before_answering), payment)
    assert status_of(sessions, payment) == ("paid", None)


def settle(sessions, now=MORNING):
    return lambda trade: run(sessions.write, lambda session: payments.settle_trade(session, trade, **OURS, now=now))


def ask(sessions, gateway, payment, now=LATER):
    close = lambda work, _: run(sessions.write, work)  # noqa: E731  as short as it is
    return payments.ask_trade(
        sessions, gateway, payment.out_trade_no, settle=settle(sessions, now), close=close, now=now
    )


def test_who_pays_while_it_is_closed_has_paid(sessions, payment):
    gateway = Gateway(query=paid(payment, state="NOTPAY"), close=PayRefused("ORDERPAID", "", ""))
    assert ask(sessions, gateway, payment) == "later"
    assert status_of(sessions, payment)[0] == "created"
    assert ask(sessions, Gateway(query=paid(payment)), payment) == "told"
    assert status_of(sessions, payment) == ("paid", None)


def test_a_notice_between_closing_and_our_note_wins(sessions, payment):
    gateway = Gateway(query=paid(payment, state="NOTPAY"), close=lambda _: settle(sessions)(paid(payment)))
    assert ask(sessions, gateway, payment) == "closed"
    assert status_of(sessions, payment)[0] == "paid"


def test_what_is_settled_is_asked_for_no_more(sessions, payment):
    settle(sessions)(paid(payment))
    gateway = Gateway()
    assert ask(sessions, gateway, payment) == "nothing"
    assert payments.ask_refund(sessions, gateway, "R-unknown", settle=print, now=LATER) == "nothing"
    assert gateway.asked == []


def test_a_refund_that_is_under_way_is_asked_after_by_the_same_number(sessions, payment):
    settle(sessions)(paid(payment))
    found = run(
        sessions.write,
        lambda session: payments.refund(
            session,
            payments.get(session, payment.out_trade_no).payment,
            key="a",
            fen=1,
            reason="r",
            rng=Random(1),
            now=MORNING,
        ),
    )
    note = lambda said: run(  # noqa: E731  as short as it is
        sessions.write, lambda session: payments.settle_refund(session, said, mchid=MCHID, now=LATER)
    )
    slow = Gateway(
        refund=lambda asked: RefundSaid(asked.out_refund_no, "PROCESSING", 1),
        query_refund=lambda number: RefundSaid(number, "SUCCESS", 1),
    )
    for _ in range(3):
        with suppress(PayLater):
            payments.ask_refund(sessions, slow, found.out_refund_no, settle=note, now=LATER)
    assert slow.asked == ["refund", "query_refund"]
