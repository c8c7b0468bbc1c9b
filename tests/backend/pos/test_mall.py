from random import Random

import pytest

from backend import mall
from tests.factories.mall import give_points, make_item, make_pre_order
from tests.support.clocks import MORNING
from tests.support.till import open_till, store_of

UNKNOWN = (404, "mall.order-unknown")


def answer(response):
    return response.status_code, response.json["code"]


@pytest.fixture
def order(app, runtime, till, member):
    with runtime.sessions.write.begin() as session:
        item = make_item(session)
        session.flush()
        give_points(session, member.id, 500)
        return mall.exchange(session, member.id, {item.id: 1}, store_id=store_of(app, till), rng=Random(1), now=MORNING)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("body", [{}, {"code": 12345678}, {"code": ""}, {"code": "a b c d"}, {"code": "x" * 21}])
def test_a_code_that_is_not_typed_as_told_is_refused(till, body):
    assert answer(till.post("/mall/orders/pick-up", body)) == (422, "payload.invalid")


def test_an_unknown_code_and_another_stores_code_get_the_same_answer(app, till, order):
    assert answer(till.post("/mall/orders/pick-up", {"code": "00000000"})) == UNKNOWN
    assert answer(open_till(app).post("/mall/orders/pick-up", {"code": order.pickup_code})) == UNKNOWN


def test_guessing_is_stopped(till, order):
    misses = [till.post("/mall/orders/pick-up", {"code": f"{guess:08d}"}).status_code for guess in range(30)]
    assert misses[:20] == [404] * 20
    assert 429 in misses
    assert answer(till.post("/mall/orders/pick-up", {"code": order.pickup_code})) == (429, "rate.limited")


def test_a_cancelled_order_is_not_handed_over(runtime, till, member, order):
    with runtime.sessions.write.begin() as session:
        mall.cancel(session, member.id, order.no, now=MORNING)
    assert till.post("/mall/orders/pick-up", {"code": order.pickup_code}).status_code == 409


def test_an_order_is_handed_over_once_and_a_repeat_is_answered_the_same(till, order):
    first, again = (till.post("/mall/orders/pick-up", {"code": order.pickup_code}) for _ in range(2))
    assert first.json == {
        "order_no": order.no,
        "title": "陶瓷杯",
        "items": [{"item_title": "陶瓷杯", "quantity": 1}],
        "status": "received",
        "money_fen": 0,
        "picked_up_at": "2026-03-01T01:00:00Z",
        "closed_at": None,
    }
    assert (first.status_code, again.status_code, again.data) == (200, 200, first.data)


def test_a_hand_over_of_today_is_undone_and_a_repeat_is_answered_the_same(till, order):
    undo = f"/mall/orders/{order.no}/pick-up/undo"
    assert answer(till.post(undo, {})) == (409, "mall.not-picked-up")
    till.post("/mall/orders/pick-up", {"code": order.pickup_code})
    first, again = (till.post(undo, {}) for _ in range(2))
    assert (first.status_code, first.json["status"], first.json["picked_up_at"]) == (200, "placed", None)
    assert (again.status_code, again.data) == (200, first.data)
    assert till.post("/mall/orders/pick-up", {"code": order.pickup_code}).json["status"] == "received"


def test_what_comes_back_is_taken_back_once_at_its_own_store(app, till, order):
    back, body = f"/mall/orders/{order.no}/return", {"restock": False}
    till.post("/mall/orders/pick-up", {"code": order.pickup_code})
    assert answer(open_till(app).post(back, body)) == UNKNOWN
    first, again = (till.post(back, body) for _ in range(2))
    assert (first.status_code, first.json["status"], again.data) == (200, "returned", first.data)
    assert answer(till.post("/mall/orders/pick-up", {"code": order.pickup_code})) == (409, "mall.order-returned")


@pytest.fixture
def costly(app, runtime, till, member):
    with runtime.sessions.write.begin() as session:
        item = make_item(session, money_fen=1_250)
        session.flush()
        give_points(session, member.id, 500)
        return mall.exchange(session, member.id, {item.id: 1}, store_id=store_of(app, till), rng=Random(1), now=MORNING)


def test_a_till_sees_what_is_due_before_it_hands_over(app, till, costly):
    shown = till.post("/mall/orders/lookup", {"code": costly.pickup_code}).json
    assert (shown["order_no"], shown["status"], shown["due_fen"], shown["rest_points"]) == (
        (costly.no, "placed", 1_250, 0)
    )
    assert answer(open_till(app).post("/mall/orders/lookup", {"code": costly.pickup_code})) == UNKNOWN
    till.post("/mall/orders/pick-up", {"code": costly.pickup_code, "paid_fen": 1_250})
    assert till.post("/mall/orders/lookup", {"code": costly.pickup_code}).json["due_fen"] == 0


def test_what_costs_money_is_handed_over_for_exactly_that_and_it_comes_back_with_the_goods(till, costly):
    pick_up = {"code": costly.pickup_code}
    for paid in ({}, {"paid_fen": 1_249}, {"paid_fen": 0}):
        refused = till.post("/mall/orders/pick-up", pick_up | paid)
        assert answer(refused) == (409, "mall.money-due")
        assert "¥12.50" in refused.json["detail"]
    for wrong in (-1, "1250", 12.5, 10**13):
        assert till.post("/mall/orders/pick-up", pick_up | {"paid_fen": wrong}).status_code == 422
    handed_over = till.post("/mall/orders/pick-up", pick_up | {"paid_fen": 1_250}).json
    assert (handed_over["status"], handed_over["money_fen"]) == ("received", 1_250)
    back = till.post(f"/mall/orders/{costly.no}/return", {"restock": True}).json
    assert (back["status"], back["money_fen"]) == ("returned", 1_250)
    assert answer(till.post("/mall/orders/lookup", pick_up)) == (409, "mall.order-returned")


def test_what_was_ordered_ahead_waits_for_its_day(app, runtime, till, member):
    with runtime.sessions.write.begin() as session:
        give_points(session, member.id, 500)
        item = make_pre_order(session, deposit=30)
        session.flush()
        order = mall.exchange(
            session, member.id, {item.id: 1}, store_id=store_of(app, till), rng=Random(1), now=MORNING
        )
    shown = till.post("/mall/orders/lookup", {"code": order.pickup_code}).json
    assert (shown["rest_points"], shown["pick_up_from"]) == (70, "2026-03-11T01:00:00Z")
    assert answer(till.post("/mall/orders/pick-up", {"code": order.pickup_code})) == (409, "mall.pick-up-too-early")
