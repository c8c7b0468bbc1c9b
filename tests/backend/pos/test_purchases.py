from datetime import timedelta

import pytest

from backend import points
from tests.factories.earning import make_rule, publish
from tests.factories.mall import give_points
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.till import open_till, store_of

GIFT = 100


def answer(response):
    return response.status_code, response.json["code"]


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
    wanted = {"member_id": body["member_id"], "items": body["items"]}
    assert answer(till.post("/quotes", wanted)) == (403, "members.blocked")


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
        "coupon_fen": 0,
        "coupons": [],
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


def test_points_pay_a_part_and_go_back_in_their_proportion(runtime, till, member):
    with runtime.sessions.write.begin() as session:
        give_points(session, member.id, 900)
    body = till_body(2_000, 2_000, order_no="SO-1", member_id=str(member.id), points_to_use=1_000, paid_fen=3_000)
    bought = till.post("/purchases", body).json
    assert [bought[name] for name in ("paid_fen", "points_used", "points_fen", "points_earned", "points_balance")] == [
        3_000,
        1_000,
        1_000,
        30,
        30,
    ]
    made = till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "items": [{"line_no": 2}]}).json
    assert [made[name] for name in ("amount_fen", "money_fen", "points_returned", "points_taken_back")] == [
        2_000,
        1_500,
        500,
        15,
    ]
    shown = till.get("/purchases/SO-1").json
    assert [shown[name] for name in ("points_used", "points_fen", "refunded_fen")] == [1_000, 1_000, 2_000]
    assert [(line["paid_fen"], line["points_fen"], line["refunded_fen"]) for line in shown["items"]] == [
        (1_500, 500, 0),
        (1_500, 500, 2_000),
    ]
    assert [(one["money_fen"], one["points_returned"]) for one in shown["refunds"]] == [(1_500, 500)]
    assert balance(runtime, member) == 30 + 500 - 15


def test_no_points_are_the_same_content_as_none_told(till, member):
    body = till_body(10_000, member_id=str(member.id))
    first = till.post("/purchases", body)
    assert till.post("/purchases", body | {"points_to_use": 0}).data == first.data
    used = body | {"points_to_use": 100, "paid_fen": 9_900}
    assert answer(till.post("/purchases", used)) == (409, "purchases.order-no-reused")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"points_to_use": 100, "paid_fen": 10_000}, (422, "purchases.overpaid")),
        ({"points_to_use": 150, "paid_fen": 9_850}, (409, "points.cash-step")),
        ({"points_to_use": 5_100, "paid_fen": 4_900}, (409, "points.cash-share")),
        ({"points_to_use": 200, "paid_fen": 9_800}, (409, "points.insufficient")),
        ({"points_to_use": 100, "paid_fen": 9_900, "member_id": None}, (422, "points.cash-no-member")),
    ],
)
def test_points_that_cannot_pay_are_refused_and_nothing_is_kept(runtime, till, member, change, expected):
    body = till_body(10_000, member_id=str(member.id)) | change
    assert answer(till.post("/purchases", body)) == expected
    assert answer(till.get(f"/purchases/{body['order_no']}")) == (404, "purchases.unknown")
    assert balance(runtime, member) == GIFT


def test_points_of_a_sale_wait_for_the_end_of_returns(app, clock, runtime, member):
    till = open_till(app, return_days=7)
    bought = till.post("/purchases", till_body(10_000, order_no="SO-1", member_id=str(member.id))).json
    assert (bought["points_earned"], bought["points_settle_on"], bought["points_balance"]) == (100, "2026-03-09", GIFT)
    till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "amount_fen": 4_000})
    assert balance(runtime, member) == GIFT
    clock.move(timedelta(days=8))
    with runtime.sessions.read() as session:
        assert points.summary(session, member.id, now=clock.now()).available == GIFT + 60


def test_the_explanation_tells_of_each_rule_in_words(runtime, till, member):
    with runtime.sessions.write.begin() as session:
        publish(
            session,
            make_rule("base", name="消费积分"),
            make_rule("scarf", "gift", name="围巾专柜", effect={"fixed": 20}, conditions={"counters": ["1F-01"]}),
            make_rule("gold", "gift", name="金卡礼遇", effect={"fixed": 9}, conditions={"tiers": ["gold"]}),
        )
    body = till_body(10_000, order_no="SO-1", member_id=str(member.id))
    body["items"][0]["counter"] = "1F-01"
    till.post("/purchases", body)
    till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "amount_fen": 4_000})
    told = till.get("/purchases/SO-1/explanation").json
    assert told["order_no"] == "SO-1"
    assert [(one["rule"], one["outcome"], one["condition"], one["granted"], one["kept"]) for one in told["rules"]] == [
        ("base", "matched", None, 100, 60),
        ("gold", "skipped", "tiers", 0, 0),
        ("scarf", "matched", None, 20, 20),
    ]
    assert [one["name"] for one in told["rules"]] == ["消费积分", "金卡礼遇", "围巾专柜"]
    assert all(one["words"] for one in told["rules"])
    assert till.get("/purchases/SO-1").json["items"][0]["counter"] == "1F-01"


def test_a_sale_without_a_member_is_explained_by_nothing(app, till):
    till.post("/purchases", till_body(10_000, order_no="SO-1"))
    assert till.get("/purchases/SO-1/explanation").json == {"order_no": "SO-1", "rules": []}
    assert answer(open_till(app).get("/purchases/SO-1/explanation")) == (404, "purchases.unknown")
