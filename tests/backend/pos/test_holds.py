from datetime import timedelta

import pytest

from backend import points
from config import policy
from tests.factories.mall import give_points
from tests.factories.purchases import till_body
from tests.support.till import open_till, store_of

GIFT = 100
UNTIL = "2026-03-01T01:15:00Z"


def answer(response):
    return response.status_code, response.json["code"]


@pytest.fixture
def rich(runtime, member):
    """A member with 1,000 points."""
    with runtime.sessions.write.begin() as session:
        give_points(session, member.id, 1_000 - GIFT)
    return member


def wish(member, wanted=400, order_no="SO-1"):
    return {"order_no": order_no, "member_id": str(member.id), "points": wanted}


def balance(runtime, member):
    with runtime.sessions.read() as session:
        assert points.verify(session, [member.id]) == []
        found = points.summary(session, member.id, now=runtime.clock.now())
    return found.available, found.held


def sale(member, points_to_use=None, order_no="SO-1"):
    used = {} if points_to_use is None else {"points_to_use": points_to_use, "paid_fen": 10_000 - points_to_use}
    return till_body(10_000, order_no=order_no, member_id=str(member.id), **used)


def test_only_a_key_for_purchases_sets_points_aside(app, rich):
    till = open_till(app, scopes=frozenset({"members", "mall"}))
    assert answer(till.post("/points-holds", wish(rich))) == (403, "pos.out-of-scope")
    assert answer(till.post("/points-holds/SO-1/release", {})) == (403, "pos.out-of-scope")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        *({"points": bad} for bad in [0, -1, "5", 5.0, True, None, 10**12]),
        *({"member_id": bad} for bad in [5, "", None, "x"]),
        *({"order_no": bad} for bad in ["", "a b", "a/b", None]),
        {"until": UNTIL},
    ],
)
def test_a_wish_that_is_not_typed_as_told_is_refused(till, rich, change):
    assert answer(till.post("/points-holds", wish(rich) | change)) == (422, "payload.invalid")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(1_100, (409, "points.insufficient")), (150, (409, "points.cash-step"))],
)
def test_points_that_cannot_be_used_are_not_set_aside(till, rich, wanted, expected):
    assert answer(till.post("/points-holds", wish(rich, wanted))) == expected
    assert answer(till.post("/points-holds/SO-1/release", {})) == (404, "purchases.nothing-held")


def test_who_is_unknown_or_blocked_is_refused(runtime, till, rich):
    with runtime.sessions.write.begin() as session:
        session.merge(rich).status = "blocked"
    assert answer(till.post("/points-holds", wish(rich))) == (403, "members.blocked")
    assert answer(till.post("/points-holds", wish(rich) | {"member_id": "404"})) == (404, "members.unknown")


def test_points_are_set_aside_once_and_a_repeat_is_answered_alike(runtime, till, rich):
    first, again = (till.post("/points-holds", wish(rich)) for _ in range(2))
    assert (first.status_code, again.status_code, again.data) == (201, 200, first.data)
    assert first.json == {
        "order_no": "SO-1",
        "member_id": str(rich.id),
        "points": 400,
        "status": "held",
        "until": UNTIL,
    }
    assert balance(runtime, rich) == (600, 400)
    assert answer(till.post("/points-holds", wish(rich, 500))) == (409, "purchases.other-hold")


def test_a_release_frees_once_and_a_repeat_is_answered_alike(runtime, till, rich):
    till.post("/points-holds", wish(rich))
    first, again = (till.post("/points-holds/SO-1/release", {}) for _ in range(2))
    assert (first.status_code, again.status_code, again.data) == (200, 200, first.data)
    assert first.json["status"] == "released"
    assert balance(runtime, rich) == (1_000, 0)


def test_another_store_knows_nothing_of_it(app, till, rich):
    till.post("/points-holds", wish(rich))
    assert answer(open_till(app).post("/points-holds/SO-1/release", {})) == (404, "purchases.nothing-held")
    colleague = open_till(app, store_id=store_of(app, till))
    assert colleague.post("/points-holds/SO-1/release", {}).status_code == 200


def test_the_purchase_of_the_order_uses_them(runtime, till, rich):
    till.post("/points-holds", wish(rich, 1_000))
    bought = till.post("/purchases", sale(rich, 800))
    assert (bought.status_code, bought.json["points_used"], bought.json["points_fen"]) == (201, 800, 800)
    assert balance(runtime, rich) == (200 + 92, 0)
    assert answer(till.post("/points-holds/SO-1/release", {})) == (409, "points.hold-captured")
    assert answer(till.post("/points-holds", wish(rich))) == (409, "purchases.already-reported")


def test_a_purchase_that_uses_none_frees_them(runtime, till, rich):
    till.post("/points-holds", wish(rich))
    assert till.post("/purchases", sale(rich)).json["points_used"] == 0
    assert balance(runtime, rich) == (1_000 + 100, 0)
    assert till.post("/points-holds/SO-1/release", {}).json["status"] == "released"


def test_a_purchase_of_another_order_cannot_use_them(runtime, till, rich):
    till.post("/points-holds", wish(rich, 900))
    assert answer(till.post("/purchases", sale(rich, 200, order_no="SO-2"))) == (409, "points.insufficient")
    assert balance(runtime, rich) == (100, 900)


def test_past_their_time_they_are_free_and_the_purchase_spends_what_there_is(clock, runtime, till, rich):
    till.post("/points-holds", wish(rich, 1_000))
    clock.move(policy.CASH_HOLD_FOR)
    assert balance(runtime, rich) == (1_000, 0)
    assert till.post("/purchases", sale(rich, 900, order_no="SO-2")).status_code == 201
    assert answer(till.post("/purchases", sale(rich, 1_000))) == (409, "points.insufficient")
    assert till.post("/purchases", sale(rich, 100)).json["points_used"] == 100
    assert till.post("/points-holds/SO-1/release", {}).json["status"] == "expired"


def test_a_microsecond_before_they_still_stand(clock, runtime, till, rich):
    till.post("/points-holds", wish(rich, 1_000))
    clock.move(policy.CASH_HOLD_FOR - timedelta(microseconds=1))
    assert balance(runtime, rich) == (0, 1_000)
    assert till.post("/purchases", sale(rich, 1_000)).status_code == 201


def test_an_idempotency_key_is_honoured(till, rich):
    headers = {"Idempotency-Key": "hold-1"}
    first, again = (till.post("/points-holds", wish(rich), headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
