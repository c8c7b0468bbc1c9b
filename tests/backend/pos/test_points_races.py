"""Points as cash over real connections (L5, L6, L7, L12), with negative controls that show the races are real."""

from collections import Counter
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from backend import points
from backend.app import create_app
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.points import Hold
from backend.purchases import Purchase, Refund
from config import policy
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.till import open_till, store_of
from tests.support.unguarded import unguarded_database

FUNDS = 1_000
TILLS = 12
OVER = MORNING + policy.CASH_HOLD_FOR
LEDGER_KEYS = [
    f"ALTER TABLE {table} DROP PRIMARY KEY" for table in ("point_entries", "point_allocations", "growth_entries")
]
ORDER_KEY = "ALTER TABLE purchases ADD KEY (store_id), DROP KEY uq_purchases_store_id_order_no"


@contextmanager
def shop(engine):
    """A till, another of the same store whose clock shows that a hold's time is over, and a member with 1,000 points.

    The store takes goods back for a week, so that what a sale earns pays nothing meanwhile.
    """
    app, later = (create_app(make_runtime(engine, FixedClock(at))) for at in (MORNING, OVER))
    runtime = app.extensions["runtime"]

    def join(session):
        member = make_member(session)
        give_points(session, member.id, FUNDS - 100)
        return member

    member = run(runtime.sessions.write, join)
    till = open_till(app, return_days=7)
    late_till = open_till(later, store_id=store_of(app, till))
    race(TILLS, lambda _: till.get("/purchases/none"))  # opening connections takes a busy machine seconds
    yield SimpleNamespace(till=till, late_till=late_till, member=member, sessions=runtime.sessions)


@pytest.fixture
def guarded(mariadb):
    with shop(mariadb) as guarded:
        yield guarded


@pytest.fixture(scope="module")
def unguarded_engine(mariadb_engine):
    with unguarded_database(*LEDGER_KEYS, ORDER_KEY) as engine:
        yield engine


@pytest.fixture
def unguarded(unguarded_engine):
    with shop(unguarded_engine) as unguarded:
        yield unguarded


def sale(shop, order_no, wanted=FUNDS):
    paid = 10_000 - wanted
    who = str(shop.member.id)
    return till_body(10_000, order_no=order_no, member_id=who, points_to_use=wanted, paid_fen=paid)


def hold(shop, order_no="SO-0", wanted=FUNDS):
    return {"order_no": order_no, "member_id": str(shop.member.id), "points": wanted}


def statuses(responses):
    return Counter(response.status_code for response in responses)


def balance(shop, now=MORNING):
    """What is available and held, in books that are sound."""
    with shop.sessions.read() as session:
        assert points.verify(session, [shop.member.id]) == []
        found = points.summary(session, shop.member.id, now=now)
        return found.available, found.held


def rows_of(shop, model):
    with shop.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def all_points_at_every_till(shop):
    return race(TILLS, lambda number: shop.till.post("/purchases", sale(shop, f"SO-{number}")))


def test_the_same_points_at_many_tills_pay_once(guarded):
    responses = all_points_at_every_till(guarded)
    assert statuses(responses) == {201: 1, 409: TILLS - 1}
    assert {one.json["code"] for one in responses if one.status_code == 409} == {"points.insufficient"}
    assert balance(guarded) == (0, 0)
    assert rows_of(guarded, Purchase) == 1


def test_without_guards_the_same_points_pay_several_times(unguarded, unguarded_engine):
    """The negative control of the test above."""
    with meeting(unguarded_engine, "UPDATE point_accounts", patience=20):
        assert statuses(all_points_at_every_till(unguarded))[201] > 1


def test_repeats_of_a_purchase_with_points_have_one_effect(guarded):
    body = sale(guarded, "SO-1", 600)
    responses = race(TILLS, lambda _: guarded.till.post("/purchases", body))
    assert statuses(responses) == {201: 1, 200: TILLS - 1}
    assert len({one.data for one in responses}) == 1
    assert balance(guarded) == (400, 0)


def test_without_guards_repeats_of_a_purchase_with_points_pay_several_times(unguarded, unguarded_engine):
    """The negative control of the test above."""
    body = sale(unguarded, "SO-1", 600)
    with meeting(unguarded_engine, "UPDATE point_accounts", patience=20):
        responses = race(TILLS, lambda _: unguarded.till.post("/purchases", body))
    assert statuses(responses)[201] > 1


def test_repeats_of_a_hold_set_points_aside_once(guarded):
    responses = race(TILLS, lambda _: guarded.till.post("/points-holds", hold(guarded, wanted=600)))
    assert statuses(responses) == {201: 1, 200: TILLS - 1}
    assert len({one.data for one in responses}) == 1
    assert (balance(guarded), rows_of(guarded, Hold)) == ((400, 600), 1)


def test_holds_of_many_orders_set_the_same_points_aside_once(guarded):
    responses = race(TILLS, lambda number: guarded.till.post("/points-holds", hold(guarded, f"SO-{number}")))
    assert statuses(responses) == {201: 1, 409: TILLS - 1}
    assert balance(guarded) == (0, FUNDS)


def test_an_order_is_held_for_one_of_two_members(guarded):
    with guarded.sessions.write.begin() as session:
        other = make_member(session)
    wishes = [hold(guarded, wanted=100), hold(guarded, wanted=100) | {"member_id": str(other.id)}] * (TILLS // 2)
    responses = race(TILLS, lambda number: guarded.till.post("/points-holds", wishes[number]))
    assert statuses(responses) == {201: 1, 200: TILLS // 2 - 1, 409: TILLS // 2}


def at_once(*calls):
    return race(len(calls), lambda number: calls[number]())


def capture(shop):
    return shop.till.post("/purchases", sale(shop, "SO-0"))


def spend_elsewhere(shop):
    """By this till's clock the time of the hold is over, and its points pay for another order."""
    return shop.late_till.post("/purchases", sale(shop, "SO-1"))


def release(shop):
    return shop.till.post("/points-holds/SO-0/release", {})


@pytest.mark.parametrize("round_", range(4))
def test_capture_release_and_expiry_of_a_hold_exclude_each_other(guarded, round_):
    assert guarded.till.post("/points-holds", hold(guarded)).status_code == 201
    captured, elsewhere, released = at_once(*(partial(call, guarded) for call in (capture, spend_elsewhere, release)))
    assert statuses([captured, elsewhere]) == {201: 1, 409: 1}
    assert {one.json["code"] for one in (captured, elsewhere) if one.status_code == 409} == {"points.insufficient"}
    assert released.status_code in {200, 409}
    if released.status_code == 409:
        assert (released.json["code"], captured.status_code) == ("points.hold-captured", 201)
    assert balance(guarded, OVER) == (0, 0)
    with guarded.sessions.read() as session:
        (kept,) = session.scalars(select(Hold)).all()
        assert kept.status != "held"


def test_without_guards_the_points_of_a_hold_pay_twice(unguarded, unguarded_engine):
    """The negative control of the test above."""
    assert unguarded.till.post("/points-holds", hold(unguarded)).status_code == 201
    with meeting(unguarded_engine, "UPDATE point_accounts", patience=20):
        responses = at_once(partial(capture, unguarded), partial(spend_elsewhere, unguarded))
    assert statuses(responses)[201] > 1


def test_repeats_of_a_refund_give_money_and_points_back_once(guarded):
    guarded.till.post("/purchases", sale(guarded, "SO-1"))
    refund = {"refund_no": "R1", "amount_fen": 5_000}
    responses = race(TILLS, lambda _: guarded.till.post("/purchases/SO-1/refunds", refund))
    assert statuses(responses) == {201: 1, 200: TILLS - 1}
    assert len({one.data for one in responses}) == 1
    assert (balance(guarded), rows_of(guarded, Refund)) == ((500, 0), 1)


def test_the_pieces_of_a_purchase_that_come_back_at_once_give_back_all_that_paid(guarded):
    guarded.till.post("/purchases", sale(guarded, "SO-1"))
    pieces = [{"refund_no": f"R{number}", "amount_fen": 833 + 4 * (number == 0)} for number in range(TILLS)]
    responses = race(TILLS, lambda number: guarded.till.post("/purchases/SO-1/refunds", pieces[number]))
    assert statuses(responses) == {201: TILLS}
    assert sum(one.json["money_fen"] for one in responses) == 9_000
    assert sum(one.json["points_returned"] for one in responses) == FUNDS
    assert sum(one.json["points_taken_back"] for one in responses) == 90
    assert balance(guarded, OVER) == (FUNDS, 0)
