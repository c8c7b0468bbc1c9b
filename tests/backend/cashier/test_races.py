"""Notices over real connections, all at the same time, with a negative control that shows that it can be lost."""

from dataclasses import dataclass
from random import Random

import pytest

from backend import payments, plans
from backend.cashier import Desk
from backend.kit.db import Sessions, run, sessions
from backend.listeners import LISTENERS
from backend.payments.service import close_overdue
from tests.factories.members import make_member
from tests.factories.payments import MCHID, make_payment, paid
from tests.factories.plans import sell_plans
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting
from tests.support.races import race
from tests.support.runtimes import MP, VAULT

TIMES = 6


@dataclass(frozen=True)
class Gateway:
    mchid: str = MCHID
    appid: str = MP.appid


@pytest.fixture
def engine(mariadb):
    race(TIMES, lambda _: mariadb.connect().close())  # opening connections takes a busy machine seconds
    return mariadb


@pytest.fixture
def heard():
    return []


@pytest.fixture
def listening(engine, heard) -> Sessions:
    """The house, with somebody who writes down what is told of toys."""
    more = {kind: [*LISTENERS[kind]] for kind in LISTENERS}
    more[payments.PaymentSucceeded] = [*more[payments.PaymentSucceeded], lambda _, fact: heard.append(fact)]
    return sessions(engine, listeners=more, vault=VAULT)


def toy(listening):
    return run(listening.write, lambda session: make_payment(session, make_member(session).id))


def tell(listening, trade):
    return lambda _: Desk(listening, Gateway(), MORNING).settle_trade(trade)


def test_notices_in_parallel_have_one_effect(listening, heard):
    payment = toy(listening)
    race(TIMES, tell(listening, paid(payment)))
    assert len(heard) == 1


def test_without_locks_there_would_be_two(engine, listening, heard):
    payment = toy(listening)
    with lockless(engine), meeting(engine, "UPDATE payments", patience=10):
        race(2, tell(listening, paid(payment)))
    assert len(heard) == 2


@pytest.mark.parametrize("seed", range(3))
def test_a_notice_against_closing_ends_in_a_membership_or_in_the_money_back(listening, heard, seed):
    def order(session):
        sell_plans(session)
        return plans.place(session, make_member(session).id, "gold-year", rng=Random(seed), now=MORNING)

    placed = run(listening.write, order)
    with listening.read() as session:
        payment = payments.for_purpose(session, "plan", str(placed.id))
    desk = Desk(listening, Gateway(), MORNING)

    def close(session):
        close_overdue(session, payment.out_trade_no, now=MORNING)

    works = [lambda: desk.settle_trade(paid(payment)), lambda: desk.close(close, payment.out_trade_no)]
    race(2, lambda number: works[(number + seed) % 2]())
    with listening.read() as session:
        now = payments.get(session, payment.out_trade_no)
        status = plans.order(session, placed.no).status
    wanted = ("paid", "paid", 0, 1) if heard else ("closed", "lapsed", 12_000, 0)
    assert (now.payment.status, status, now.payment.refunded_fen, len(heard)) == wanted
    assert len(now.refunds) == 1 - len(heard)


def test_a_membership_is_refunded_once_however_many_ask(listening):
    def order(session):
        sell_plans(session)
        return plans.place(session, make_member(session).id, "gold-year", rng=Random(9), now=MORNING)

    placed = run(listening.write, order)
    with listening.read() as session:
        payment = payments.for_purpose(session, "plan", str(placed.id))
    tell(listening, paid(payment))(0)

    def refund(number):
        wish = plans.Wish("li", "不要了")
        return run(
            listening.write, lambda session: plans.refund(session, placed.no, wish, rng=Random(number), now=MORNING)
        ).refund_fen

    assert race(TIMES, refund) == [12_000] * TIMES
    with listening.read() as session:
        found = payments.get(session, payment.out_trade_no)
    assert (found.payment.refunded_fen, len(found.refunds)) == (12_000, 1)
