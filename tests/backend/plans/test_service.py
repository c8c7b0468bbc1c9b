from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random

import pytest

from backend import payments, plans, points
from backend.kit.facts import announce
from tests.factories.books import change_book
from tests.factories.members import make_member
from tests.factories.payments import OURS, paid
from tests.factories.plans import GOLD
from tests.support.clocks import MORNING

_seeds = count(1000)

LAST_MOMENT = datetime(2027, 3, 1, 15, 59, 59, 999_999, tzinfo=UTC)


def place(session, member_id, plan="gold-year", now=MORNING):
    return plans.place(session, member_id, plan, rng=Random(next(_seeds)), now=now)


def pay(session, order, now=MORNING, transaction_id=None):
    payment = payments.for_purpose(session, "plan", str(order.id))
    trade = paid(payment, transaction_id=transaction_id or f"42{order.id}"[:32])
    return payments.settle_trade(session, trade, **OURS, now=now)


def test_a_membership_begins_with_its_payment_and_is_good_to_the_last_moment_of_its_last_day(session, member_id):
    order = place(session, member_id)
    assert (order.status, plans.benefits_of(session, member_id, now=MORNING)) == ("waiting", frozenset())
    pay(session, order)
    assert (order.status, order.last_on, order.days) == ("paid", date(2027, 3, 1), 365)
    assert plans.benefits_of(session, member_id, now=MORNING) == {"lounge"}
    assert plans.benefits_of(session, member_id, now=LAST_MOMENT) == {"lounge"}
    assert plans.benefits_of(session, member_id, now=LAST_MOMENT + timedelta(microseconds=1)) == frozenset()


def test_while_an_order_waits_it_is_the_same_one(session, member_id):
    order = place(session, member_id)
    assert place(session, member_id).no == order.no
    later = place(session, member_id, now=MORNING + timedelta(minutes=31))
    assert later.no != order.no
    assert order.status == "cancelled"


def test_a_new_price_is_a_new_order_and_the_old_money_goes_back(session, member_id):
    order = place(session, member_id)
    change_book(session, "plans", plans=[GOLD | {"price_fen": 9_900}])
    assert place(session, member_id).price_fen == 9_900
    payment = pay(session, order)
    assert (payment.status, payment.refunded_fen, order.status) == ("closed", 12_000, "cancelled")


def test_a_renewal_follows_on_and_other_families_run_beside(session, member_id, buy):
    first, second, baby = buy(now=MORNING), buy(now=MORNING), buy("baby", now=MORNING)
    assert (second.starts_at, second.last_on) == (first.ends_at, date(2028, 3, 1))
    assert (baby.starts_at, baby.last_on) == (MORNING, date(2027, 3, 1))
    assert plans.benefits_of(session, member_id, now=MORNING) == {"lounge", "nursery"}
    assert [one.no for one in plans.memberships(session, member_id, now=MORNING)][-1] == second.no


def test_what_is_over_is_followed_by_nothing(session, member_id, buy):
    buy("trial", now=MORNING, paid_fen=700)
    later = MORNING + timedelta(days=30)
    assert buy(now=later).starts_at == later


def test_what_is_cancelled_is_not_begun_by_its_payment(session, member_id):
    order = place(session, member_id)
    for _ in range(2):
        assert plans.cancel(session, member_id, order.no, now=MORNING).status == "cancelled"
    payment = pay(session, order)
    assert (order.status, payment.refunded_fen) == ("cancelled", 12_000)


def test_what_is_paid_or_foreign_is_not_cancelled(session, member_id):
    order = place(session, member_id)
    pay(session, order)
    with pytest.raises(plans.NotWaiting):
        plans.cancel(session, member_id, order.no, now=MORNING)
    with pytest.raises(plans.OrderUnknown):
        plans.cancel(session, make_member(session).id, order.no, now=MORNING)


def test_an_order_that_nobody_pays_lapses(session, member_id):
    order = place(session, member_id)
    payment = payments.for_purpose(session, "plan", str(order.id))
    announce(session, payments.PaymentClosed(payment.id, "plan", str(order.id), MORNING))
    assert (order.status, order.waiting_key) == ("lapsed", None)


def test_a_till_s_number_is_one_sale(session, member_id, store_id):
    sale = plans.Sale("T1", member_id, "gold-year", 12_000, "cash")
    sell = {"store_id": store_id, "rng": Random(1), "now": MORNING}
    order, new = plans.sell(session, sale, **sell)
    again, anew = plans.sell(session, sale, **sell)
    assert (order.no, new, anew) == (again.no, True, False)
    with pytest.raises(plans.OrderReused):
        plans.sell(session, plans.Sale("T1", member_id, "baby", 12_000, "cash"), **sell)


@pytest.mark.parametrize(
    ("sale", "refusal"),
    [
        (("T1", "gold-year", 11_999), plans.WrongPrice),
        (("T1", "silver", 12_000), plans.PlanUnknown),
    ],
)
def test_what_cannot_be_sold_is_refused(session, member_id, store_id, sale, refusal):
    till_no, plan, fen = sale
    with pytest.raises(refusal):
        plans.sell(
            session,
            plans.Sale(till_no, member_id, plan, fen, "cash"),
            store_id=store_id,
            rng=Random(1),
            now=MORNING,
        )


def test_nobody_buys_for_ever(session, member_id, buy):
    for _ in range(6):
        last = buy(now=MORNING)
    with pytest.raises(plans.BookedTooFar):
        buy(now=MORNING)
    assert last.last_on == date(2032, 3, 1)


def test_who_has_left_buys_nothing(session, member_id, buy):
    points.close(session, points.lock(session, member_id, now=MORNING), source_id=1, now=MORNING)
    with pytest.raises(points.AccountClosed):
        buy(now=MORNING)
