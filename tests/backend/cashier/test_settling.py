from datetime import timedelta
from random import Random

import pytest

from backend import payments, points
from backend.cashier import Desk, settle_due
from backend.kit.db import run
from tests.factories.payments import make_payment


def due(shop, clock):
    return dict(settle_due(shop.runtime.sessions, shop.runtime.pay, now=clock.now()))


def pay(shop, payer, prepay_id, notice=None):
    if notice:
        shop.wechat.fault("pay/notify", **notice)
    return shop.wechat.post(f"users/{payer[0].id}/payments/{prepay_id}")["notice"]


def give_back(shop, number, fen, clock):
    def work(session):
        found = payments.get(session, number).payment
        return payments.refund(session, found, key="a", fen=fen, reason="退款", rng=Random(3), now=clock.now())

    return run(shop.runtime.sessions.write, work).out_refund_no


def refund_status(shop, number):
    with shop.runtime.sessions.read() as session:
        return [one.status for one in payments.get(session, number).refunds]


def test_a_payment_whose_notice_was_lost_is_asked_for(shop, payer, asked, state, clock):
    number, prepay_id = asked()
    assert pay(shop, payer, prepay_id, {"drop": "before"}) == "dropped"
    assert due(shop, clock) == {}
    clock.move(timedelta(minutes=1))
    assert due(shop, clock) == {"payments_told": 1}
    assert state(number) == ("paid", 19_900, 0)
    assert due(shop, clock) == {}


def test_what_nobody_pays_is_closed_with_both(shop, payer, asked, state, clock):
    number, _ = asked()
    clock.move(timedelta(minutes=1))
    assert due(shop, clock) == {"payments_told": 1}
    clock.move(timedelta(minutes=40))
    assert due(shop, clock) == {"payments_closed": 1}
    assert state(number)[0] == "closed"
    assert shop.runtime.pay.query(number).state == "CLOSED"


def test_what_was_never_asked_for_is_closed_too(shop, payer, state, clock):
    number = run(shop.runtime.sessions.write, lambda session: make_payment(session, payer[1]).out_trade_no)
    clock.move(timedelta(minutes=1))
    assert due(shop, clock) == {"payments_told": 1}
    clock.move(timedelta(minutes=31))
    assert due(shop, clock) == {"payments_closed": 1}
    assert state(number)[0] == "closed"


def test_who_cancels_and_pays_in_the_same_moment_gets_the_money_back(shop, payer, asked, state, clock):
    number, prepay_id = asked()

    def cancel(session):
        payments.cancel(session, payments.get(session, number).payment, now=clock.now())

    run(shop.runtime.sessions.write, cancel)
    assert pay(shop, payer, prepay_id, {"drop": "before"}) == "dropped"
    assert due(shop, clock) == {"payments_told": 1, "refunds_told": 1}
    assert state(number) == ("closed", 19_900, 19_900)
    assert refund_status(shop, number) == ["done"]
    assert shop.runtime.pay.query(number).state == "REFUND"


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_refund_whose_answer_is_lost_is_made_once(shop, payer, asked, clock, drop):
    number, prepay_id = asked()
    pay(shop, payer, prepay_id)
    refund_no = give_back(shop, number, 10_000, clock)
    shop.wechat.fault("pay/refund", drop=drop, times=9)
    assert due(shop, clock) == {"refunds_later": 1}
    assert refund_status(shop, number) == ["waiting"]
    shop.wechat.clear_faults()
    clock.move(timedelta(hours=1))
    assert due(shop, clock) == {"refunds_told": 1}
    assert refund_status(shop, number) == ["done"]
    assert shop.runtime.pay.query_refund(refund_no).fen == 10_000


def test_a_crash_between_gateway_and_note_is_made_good(shop, payer, asked, clock, state):
    number, prepay_id = asked()
    pay(shop, payer, prepay_id)
    give_back(shop, number, 10_000, clock)

    def die(_said):
        raise KeyboardInterrupt

    with shop.runtime.sessions.read() as session:
        (refund_no,) = payments.due_refunds(session, now=clock.now(), limit=9)
    with pytest.raises(KeyboardInterrupt):
        payments.ask_refund(shop.runtime.sessions, shop.runtime.pay, refund_no, settle=die, now=clock.now())
    assert refund_status(shop, number) == ["waiting"]
    assert due(shop, clock) == {"refunds_told": 1}
    assert (refund_status(shop, number), state(number)) == (["done"], ("paid", 19_900, 10_000))


def test_what_wechat_pay_refuses_waits_for_people(shop, payer, asked, clock):
    number, prepay_id = asked()
    pay(shop, payer, prepay_id)
    give_back(shop, number, 10_000, clock)
    shop.wechat.fault("pay/refund", errcode="NOT_ENOUGH")
    assert due(shop, clock) == {"refunds_failed": 1}
    assert refund_status(shop, number) == ["failed"]
    assert due(shop, clock) == {}


def test_wechat_pay_being_away_is_no_failure(shop, asked, clock, state):
    number, _ = asked()
    shop.wechat.fault("pay/query", http_status=502, times=9)
    clock.move(timedelta(minutes=1))
    assert due(shop, clock) == {"payments_later": 1}
    assert state(number)[0] == "prepaid"
    assert due(shop, clock) == {}


def test_one_that_fails_stops_no_other_and_is_raised(shop, payer, asked, clock, state):
    numbers = [asked(purpose_id)[0] for purpose_id in "12"]
    shop.wechat.post(f"users/{payer[0].id}/payments/{asked('2')[1]}")
    shop.wechat.fault("pay/query", notice=None, errcode="SIGN_ERROR")
    clock.move(timedelta(minutes=1))
    with pytest.raises(Exception, match="SIGN_ERROR"):
        due(shop, clock)
    assert [state(number)[0] for number in numbers] == ["prepaid", "paid"]


def test_prepaying_twice_asks_wechat_once(shop, asked):
    number, prepay_id = asked()
    shop.wechat.fault("pay/jsapi", http_status=500, times=9)
    assert asked() == (number, prepay_id)


def test_a_lost_answer_is_asked_for_again(shop, asked):
    shop.wechat.fault("pay/jsapi", drop="after", times=3)
    with pytest.raises(payments.TryPayingLater):
        asked()
    number, prepay_id = asked()
    assert number.startswith("P")
    assert prepay_id.startswith("wx")


def test_the_bill_of_the_day_agrees(shop, payer, asked, clock):
    number, prepay_id = asked()
    pay(shop, payer, prepay_id)
    refund_no = give_back(shop, number, 10_000, clock)
    due(shop, clock)
    lines = shop.runtime.pay.bill(clock.now().date())
    told = [(line.out_trade_no, line.fen, line.out_refund_no, line.refund_fen) for line in lines]
    assert told == [(number, 19_900, "", 0), (number, 19_900, refund_no, 10_000)]
    day = timedelta(days=1)
    with shop.runtime.sessions.read() as session:
        assert payments.compare(session, lines, since=clock.now() - day, until=clock.now() + day) == []


def test_money_for_who_has_left_is_settled_without_an_account(shop, payer, asked, clock, state):
    number, prepay_id = asked()
    desk = Desk(shop.runtime.sessions, shop.runtime.pay, clock.now())
    with shop.runtime.sessions.write.begin() as session:
        points.close(session, points.lock(session, payer[1], now=clock.now()), source_id=1, now=clock.now())
        payments.cancel(session, payments.get(session, number).payment, now=clock.now())
    pay(shop, payer, prepay_id, {"drop": "before"})
    desk.settle_trade(shop.runtime.pay.query(number))
    assert state(number) == ("closed", 19_900, 19_900)
