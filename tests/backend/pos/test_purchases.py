from datetime import timedelta

import pytest

from backend import points
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.till import open_till, store_of

GIFT = 100


def answer(response):
    return response.status_code, response.json["code"]


def basket(body):
    return {"member_id": body.get("member_id"), "items": body["items"]}


def balance(runtime, member):
    with runtime.sessions.read() as session:
        return points.summary(session, member.id, now=MORNING).available


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"total_fen": 1}, (422, "purchases.total-mismatch")),
        ({"paid_fen": 10_001}, (422, "purchases.overpaid")),
        ({"paid_at": "2026-03-01T09:05:01+08:00"}, (422, "purchases.paid-in-future")),
        ({"paid_at": "2026-01-30T08:59:59+08:00"}, (422, "purchases.reported-too-late")),
        ({"member_id": "404"}, (404, "members.unknown")),
    ],
)
def test_what_cannot_be_is_refused(till, change, expected):
    body = till_body(10_000, **change)
    assert answer(till.post("/purchases", body)) == expected
    assert answer(till.get(f"/purchases/{body['order_no']}")) == (404, "purchases.unknown")


def test_a_blocked_member_earns_nothing(runtime, till, member):
    with runtime.sessions.write.begin() as session:
        session.merge(member).status = "blocked"
    body = till_body(10_000, member_id=str(member.id))
    assert answer(till.post("/purchases", body)) == (403, "members.blocked")
    assert answer(till.post("/quotes", basket(body))) == (403, "members.blocked")


def test_other_content_under_the_same_number(till):
    till.post("/purchases", till_body(10_000, order_no="SO-1"))
    assert answer(till.post("/purchases", till_body(10_001, order_no="SO-1"))) == (409, "purchases.order-no-reused")


def test_a_member_named_later_is_other_content(till, member):
    till.post("/purchases", till_body(10_000, order_no="SO-1"))
    again = till_body(10_000, order_no="SO-1", member_id=str(member.id))
    assert answer(till.post("/purchases", again)) == (409, "purchases.order-no-reused")


def test_another_stores_purchase_is_unknown(app, till):
    till.post("/purchases", till_body(10_000, order_no="SO-1"))
    assert answer(open_till(app).get("/purchases/SO-1")) == (404, "purchases.unknown")
    colleague = open_till(app, store_id=store_of(app, till))
    assert colleague.get("/purchases/SO-1").status_code == 200


def test_a_sale_earns(till, member):
    response = till.post("/purchases", till_body(19_990, 5_000, order_no="SO-1", member_id=str(member.id)))
    assert response.status_code == 201
    assert response.json == {
        "order_no": "SO-1",
        "member_id": str(member.id),
        "total_fen": 24_990,
        "paid_fen": 24_990,
        "points_used": 0,
        "points_fen": 0,
        "points_earned": 249,
        "points_settle_on": None,
        "growth": 249,
        "tier": {"code": "basic", "name": "普通"},
        "points_balance": GIFT + 249,
        "recorded_at": "2026-03-01T01:00:00Z",
    }


def test_a_sale_without_a_member_is_kept(till):
    response = till.post("/purchases", till_body(19_990, order_no="SO-1"))
    assert (response.status_code, response.json["points_earned"], response.json["tier"]) == (201, 0, None)
    assert till.get("/purchases/SO-1").json["member_id"] is None


def test_a_repeat_gets_the_same_body(clock, runtime, till, member):
    body = till_body(19_990, member_id=str(member.id))
    first = till.post("/purchases", body)
    clock.move(timedelta(days=40))
    again = till.post("/purchases", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.data == first.data
    assert balance(runtime, member) == GIFT + 199


def test_an_idempotency_key_is_honoured_too(runtime, till, member):
    body, headers = till_body(19_990, member_id=str(member.id)), {"Idempotency-Key": "lost-reply-1"}
    first = till.post("/purchases", body, headers=headers)
    again = till.post("/purchases", body, headers=headers)
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = till.post("/purchases", till_body(5), headers=headers)
    assert answer(other) == (422, "idempotency.key-reused")
    assert balance(runtime, member) == GIFT + 199


def test_all_of_a_sale_is_shown(till, member):
    till.post("/purchases", till_body(20_000, 10_000, order_no="SO-1", member_id=str(member.id), paid_fen=27_000))
    till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "items": [{"line_no": 2}]})
    shown = till.get("/purchases/SO-1").json
    assert (shown["paid_at"], shown["paid_fen"], shown["refunded_fen"]) == ("2026-03-01T01:00:00Z", 27_000, 9_000)
    assert [(line["paid_fen"], line["refunded_fen"], line["points"]) for line in shown["items"]] == [
        (18_000, 0, 180),
        (9_000, 9_000, 90),
    ]
    assert [(made["refund_no"], made["points_taken_back"]) for made in shown["refunds"]] == [("R1", 90)]


def test_a_quote_agrees_with_the_sale(runtime, till):
    with runtime.sessions.write.begin() as session:
        member = make_member(session)
    till.post("/purchases", till_body(1_000_000, member_id=str(member.id)))
    body = till_body(19_999, 3_001, member_id=str(member.id))
    quoted = till.post("/quotes", basket(body)).json
    assert quoted == {
        "total_fen": 23_000,
        "discount_fen": 1_150,
        "payable_fen": 21_850,
        "points_used": 0,
        "points_fen": 0,
        "points_usable": 10_100,
        "points_fewer": None,
        "points_earned": 327,
        "points_settle_on": None,
        "growth": 218,
        "tier": {"code": "gold", "name": "金卡"},
        "tier_after": {"code": "gold", "name": "金卡"},
    }
    sale = till.post("/purchases", body | {"paid_fen": quoted["payable_fen"]}).json
    assert [sale[name] for name in ("points_earned", "growth", "tier")] == [327, 218, quoted["tier_after"]]


def test_a_quote_refuses_what_the_sale_refuses(till):
    body = till_body(10_000, member_id="404")
    assert answer(till.post("/quotes", basket(body))) == answer(till.post("/purchases", body))
    huge = till_body(10**11, 10**11)
    assert answer(till.post("/quotes", basket(huge))) == (422, "purchases.bill-too-large")
    assert till.post("/purchases", huge).status_code == 422
