import pytest

from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.till import open_till

GIFT = 100


def answer(response):
    return response.status_code, response.json["code"]


def basket(body, **parts):
    return {"member_id": body.get("member_id"), "items": body["items"]} | parts


@pytest.fixture
def rich(runtime, member):
    """A member with 1,050 points."""
    with runtime.sessions.write.begin() as session:
        give_points(session, member.id, 1_050 - GIFT)
    return member


def test_a_quote_agrees_with_the_sale(runtime, till):
    with runtime.sessions.write.begin() as session:
        member = make_member(session)
    till.post("/purchases", till_body(1_000_000, member_id=str(member.id)))
    body = till_body(19_999, 3_001, member_id=str(member.id))
    quoted = till.post("/quotes", basket(body)).json
    assert quoted == {
        "total_fen": 23_000,
        "discount_fen": 1_150,
        "coupon_fen": 0,
        "coupons": [],
        "coupons_refused": [],
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


def test_a_quote_with_points_agrees_with_the_sale(app, rich):
    till = open_till(app, return_days=7)
    body = till_body(19_999, member_id=str(rich.id), points_to_use=1_000)
    quoted = till.post("/quotes", basket(body, points_to_use=1_000)).json
    assert (quoted["payable_fen"], quoted["points_used"], quoted["points_fen"]) == (18_999, 1_000, 1_000)
    assert (quoted["points_usable"], quoted["points_fewer"]) == (
        1_000,
        {"code": "points.cash-step", "detail": "使用的积分须为 100 的整数倍"},
    )
    sale = till.post("/purchases", body | {"paid_fen": quoted["payable_fen"]}).json
    same = ("points_used", "points_fen", "points_earned", "points_settle_on", "growth")
    assert {name: sale[name] for name in same} == {name: quoted[name] for name in same}
    assert (sale["points_settle_on"], sale["points_balance"]) == ("2026-03-09", 50)


def test_a_quote_for_an_order_knows_what_is_set_aside(till, rich):
    body = till_body(10_000, order_no="SO-1", member_id=str(rich.id))
    till.post("/points-holds", {"order_no": "SO-1", "member_id": str(rich.id), "points": 600})
    assert till.post("/quotes", basket(body)).json["points_usable"] == 400
    assert till.post("/quotes", basket(body, order_no="SO-1")).json["points_usable"] == 600
    quoted = till.post("/quotes", basket(body, order_no="SO-1", points_to_use=600)).json
    assert till.post("/purchases", body | {"points_to_use": 600, "paid_fen": quoted["payable_fen"]}).status_code == 201


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"points_to_use": 150}, (409, "points.cash-step")),
        ({"points_to_use": 1_100}, (409, "points.insufficient")),
        ({"points_to_use": 100, "member_id": None}, (422, "points.cash-no-member")),
        ({"member_id": "404"}, (404, "members.unknown")),
    ],
)
def test_a_quote_refuses_what_the_sale_refuses(till, rich, change, expected):
    used = change.get("points_to_use", 0)
    body = till_body(100_000, member_id=str(rich.id)) | change | {"paid_fen": 100_000 - used}
    wanted = {"points_to_use": used} if used else {}
    assert answer(till.post("/quotes", basket(body, **wanted))) == expected
    assert answer(till.post("/purchases", body)) == expected


def test_a_quote_refuses_an_absurd_bill(till):
    huge = till_body(10**11, 10**11)
    assert answer(till.post("/quotes", basket(huge))) == (422, "purchases.bill-too-large")
    assert till.post("/purchases", huge).status_code == 422


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", [{"points_to_use": "5"}, {"points_to_use": -1}, {"order_no": "a b"}, {"store": 1}])
def test_a_basket_that_is_not_typed_as_told_is_refused(till, change):
    assert answer(till.post("/quotes", basket(till_body(100), **change))) == (422, "payload.invalid")
