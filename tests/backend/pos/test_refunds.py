import pytest

from tests.factories.purchases import till_body
from tests.support.till import open_till


def answer(response):
    return response.status_code, response.json["code"]


@pytest.fixture
def sold(till, member):
    till.post("/purchases", till_body(20_000, 10_000, order_no="SO-1", member_id=str(member.id)))
    return till


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"amount_fen": 1, "items": [{"line_no": 1}]},
        {"amount_fen": 0},
        {"amount_fen": -1},
        {"amount_fen": "5"},
        {"amount_fen": 5.0},
        {"amount_fen": True},
        {"items": []},
        {"items": [{}]},
        {"items": [{"line_no": 0}]},
        {"items": [{"line_no": "1"}]},
        {"items": [{"line_no": 1, "amount_fen": 0}]},
        {"items": [{"line_no": 1, "qty": 1}]},
        {"amount_fen": 1, "reason": "x"},
        {"amount_fen": 1, "refund_no": "a b"},
    ],
)
def test_a_refund_that_is_not_typed_as_told_is_refused(sold, change):
    response = sold.post("/purchases/SO-1/refunds", {"refund_no": "R1"} | change)
    assert answer(response) == (422, "payload.invalid")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"amount_fen": 30_001}, (409, "purchases.refund-exceeds")),
        ({"items": [{"line_no": 2, "amount_fen": 10_001}]}, (409, "purchases.refund-exceeds")),
        ({"items": [{"line_no": 3}]}, (404, "purchases.unknown-line")),
    ],
)
def test_what_cannot_be_given_back_is_refused(sold, change, expected):
    assert answer(sold.post("/purchases/SO-1/refunds", {"refund_no": "R1"} | change)) == expected
    assert sold.get("/purchases/SO-1").json["refunded_fen"] == 0


def test_another_stores_sale_is_unknown(app, sold):
    refund = {"refund_no": "R1", "amount_fen": 1}
    assert answer(open_till(app).post("/purchases/SO-1/refunds", refund)) == (404, "purchases.unknown")
    assert answer(sold.post("/purchases/SO-2/refunds", refund)) == (404, "purchases.unknown")


def test_other_content_under_the_same_number(sold):
    sold.post("/purchases/SO-1/refunds", {"refund_no": "R1", "amount_fen": 1})
    again = sold.post("/purchases/SO-1/refunds", {"refund_no": "R1", "amount_fen": 2})
    assert answer(again) == (409, "purchases.refund-no-reused")


def test_a_refund_takes_back(sold):
    response = sold.post("/purchases/SO-1/refunds", {"refund_no": "R1", "items": [{"line_no": 2}]})
    assert response.status_code == 201
    assert response.json == {
        "order_no": "SO-1",
        "refund_no": "R1",
        "amount_fen": 10_000,
        "money_fen": 10_000,
        "points_returned": 0,
        "coupons_restored": [],
        "points_taken_back": 100,
        "growth_taken_back": 100,
        "debt": 0,
        "tier": {"code": "basic", "name": "普通"},
        "points_balance": 300,
        "refunded_at": "2026-03-01T01:00:00Z",
    }


def test_a_repeat_gets_the_same_body(sold):
    refund = {"refund_no": "R1", "amount_fen": 30_000}
    first, again = (sold.post("/purchases/SO-1/refunds", refund) for _ in range(2))
    assert (first.status_code, again.status_code, again.data) == (201, 200, first.data)
    assert sold.get("/purchases/SO-1").json["refunded_fen"] == 30_000
