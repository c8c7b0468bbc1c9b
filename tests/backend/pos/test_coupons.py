"""Coupons at the till: claimed, quoted, used on a bill or by themselves, kept, taken back, told of later."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import coupons, points
from backend.coupons.till_codes import till_code
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.runtimes import KEYS

TEN = {"kind": "cash-off", "off_fen": 1_000}
TENTH = {"kind": "percent-off", "price": 9_000}
CUP = {"worth": {"kind": "gift", "what": "陶瓷杯"}}
ANY = {"others": "any"}
REDEEMED_AT = "2026-03-01T08:30:00+08:00"


@pytest.fixture
def give(runtime, member):
    """A function that gives the member a coupon and names its code."""

    def give(**parts):
        with runtime.sessions.write.begin() as session:
            return make_coupon(session, member, **parts).code

    return give


def shown(runtime, code):
    with runtime.sessions.read() as session:
        coupon = session.scalar(select(coupons.Coupon).where(coupons.Coupon.code == code))
        return till_code(coupon, KEYS.card_codes, MORNING).code


def state(runtime, code):
    with runtime.sessions.read() as session:
        return session.scalar(select(coupons.Coupon.status).where(coupons.Coupon.code == code))


def test_claimed_quoted_bought_and_partly_returned(runtime, till, member):
    """A journey: what coupons took off, and what comes back, to the fen and the point."""
    with runtime.sessions.write.begin() as session:
        free = {"claimable": True, "per_member": None}
        kinds = [make_template(session, worth=worth, stacking=ANY, supply=free).id for worth in (TEN, TENTH)]
    with runtime.sessions.write.begin() as session:
        mine = [coupons.claim(session, member.id, kind, rng=runtime.rng, now=MORNING) for kind in kinds]
        ten, tenth = (one.code for one in mine)
    body = till_body(10_000, 5_000, member_id=str(member.id), order_no="SO-1")
    basket = {"member_id": body["member_id"], "items": body["items"], "auto_coupons": True}
    quoted = till.post("/quotes", basket).json
    assert (quoted["discount_fen"], quoted["coupon_fen"], quoted["payable_fen"]) == (0, 2_500, 12_500)
    assert [(one["code"], one["discount_fen"]) for one in quoted["coupons"]] == [(tenth, 1_500), (ten, 1_000)]
    assert quoted["coupons"][1]["lines"] == [{"line_no": 1, "discount_fen": 667}, {"line_no": 2, "discount_fen": 333}]
    sale = body | {"paid_fen": 12_500, "coupon_codes": [tenth, ten]}
    first = till.post("/purchases", sale)
    again = till.post("/purchases", sale | {"coupon_codes": [ten, tenth]})
    assert (first.status_code, again.status_code, first.json) == (201, 200, again.json)
    assert (first.json["coupon_fen"], first.json["points_earned"]) == (2_500, quoted["points_earned"])
    part = till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "items": [{"line_no": 1}]}).json
    assert (part["money_fen"], part["points_taken_back"], part["coupons_restored"]) == (8_333, 84, [])
    assert (state(runtime, ten), state(runtime, tenth)) == ("redeemed", "redeemed")
    rest = till.post("/purchases/SO-1/refunds", {"refund_no": "R2", "items": [{"line_no": 2}]}).json
    assert (rest["money_fen"], rest["points_taken_back"], rest["points_balance"]) == (4_167, 41, 100)
    assert rest["coupons_restored"] == [{"code": ten, "status": "ready"}, {"code": tenth, "status": "ready"}]
    known = till.get("/purchases/SO-1").json
    assert [line["coupon_fen"] for line in known["items"]] == [1_667, 833]
    assert known["refunds"][1] == rest
    assert till.get("/purchases/SO-1").json["refunds"][0]["coupons_restored"] == []
    with runtime.sessions.read() as session:
        assert points.verify(session, [member.id]) == []
        assert coupons.count_faults(session) == []


def test_what_is_refused_is_named_in_the_quote_and_in_the_purchase_alike(runtime, till, give, member):
    with runtime.sessions.write.begin() as session:
        foreign = make_coupon(session, make_member(session)).code
    far, cup, ten = give(), give(**CUP), give(worth=TEN)
    body = till_body(10_000, member_id=str(member.id))
    wanted = [far, cup, foreign, shown(runtime, ten), "0" * 26]
    quoted = till.post("/quotes", {"member_id": body["member_id"], "items": body["items"], "coupon_codes": wanted}).json
    assert [one["code"] for one in quoted["coupons"]] == [ten]
    why = {one["code"]: (one["reason_code"], one["missing_fen"]) for one in quoted["coupons_refused"]}
    assert why == {
        far: ("coupons.below-threshold", 20_000),
        cup: ("coupons.not-for-bills", None),
        foreign: ("coupons.unknown", None),
        "0" * 26: ("coupons.unknown", None),
    }
    for code, status in ((far, 409), (cup, 409), (foreign, 404)):
        refused = till.post("/purchases", body | {"paid_fen": 9_000, "coupon_codes": [code, ten]})
        assert (refused.status_code, refused.json["code"]) == (status, why[code][0])
    assert till.get(f"/purchases/{body['order_no']}").status_code == 404
    assert state(runtime, ten) == "ready"
    twice = till.post("/purchases", body | {"coupon_codes": [ten, ten]})
    assert (twice.status_code, twice.json["code"]) == (422, "payload.invalid")
    nobody = till.post("/quotes", {"items": body["items"], "coupon_codes": [ten]})
    assert (nobody.status_code, nobody.json["code"]) == (422, "coupons.no-member")


def test_a_lookup_tells_what_can_be_used_now(till, give, member):
    ten, cup = give(worth=TEN, validity={"days": 2}), give(**CUP)
    give(validity={"days": 2, "after": 1})
    found = till.post("/members/lookup", {"card_no": member.card_no}).json["coupons"]
    assert [(one["code"], one["kind"]) for one in found] == [(ten, "cash-off"), (cup, "gift")]


def test_coupons_are_kept_for_an_order_and_let_go(till, give, member):
    ten, owner = give(worth=TEN), {"member_id": str(member.id)}
    wish = owner | {"order_no": "SO-1", "coupon_codes": [ten]}
    first, again = (till.post("/coupon-holds", wish) for _ in range(2))
    assert (first.status_code, again.status_code, first.json) == (201, 200, again.json)
    assert first.json["until"] == "2026-03-01T01:15:00Z"
    body = till_body(10_000, paid_fen=9_000, coupon_codes=[ten], **owner)
    assert till.post("/purchases", body).json["code"] == "coupons.held"
    basket = owner | {"items": body["items"], "auto_coupons": True}
    assert till.post("/quotes", basket).json["coupons_refused"][0]["reason_code"] == "coupons.held"
    assert till.post("/quotes", basket | {"order_no": "SO-1"}).json["coupon_fen"] == 1_000
    for _ in range(2):
        freed = till.post("/coupon-holds/SO-1/release", owner)
        assert (freed.status_code, freed.json["coupon_codes"]) == (200, [])
    assert till.post("/purchases", body).status_code == 201


def test_redeemed_by_itself_taken_back_and_redeemed_again(runtime, till, give):
    code = give(**CUP)
    told = {"code": shown(runtime, code), "ref": "K-1"}
    first, again = till.post("/coupons/redeem", told), till.post("/coupons/redeem", told)
    assert (first.status_code, again.status_code, first.json) == (201, 200, again.json)
    assert (first.json["kind"], first.json["what"], first.json["minutes"]) == ("gift", "陶瓷杯", None)
    path = f"/coupons/redemptions/{first.json['redemption_id']}/reverse"
    back = [till.post(path, {"reason": "录错"}) for _ in range(2)]
    assert [one.status_code for one in back] == [200, 200]
    assert back[0].json == back[1].json
    assert back[0].json["reversed_at"] is not None
    assert till.post("/coupons/redeem", told | {"ref": "K-2", "code": code}).status_code == 201
    assert till.post("/coupons/redemptions/1/reverse", {"reason": "x"}).json["code"] == "coupons.redemption-unknown"
    assert till.post("/coupons/redemptions/x/reverse", {"reason": "x"}).status_code == 422


def test_guessing_is_stopped(till):
    replies = [till.post("/coupons/redeem", {"code": f"{no:016d}", "ref": f"K-{no}"}) for no in range(21)]
    assert [reply.status_code for reply in replies] == [404] * 20 + [429]
    synced = {"redemptions": [{"code": "0" * 16, "ref": "K-1", "redeemed_at": REDEEMED_AT}]}
    assert till.post("/coupons/redemptions/sync", synced).status_code == 429


def test_what_was_redeemed_offline_is_told_in_any_order(till, give):
    one, other = give(**CUP), give(**CUP)
    lines = [
        {"code": code, "ref": ref, "redeemed_at": REDEEMED_AT}
        for code, ref in ((one, "K-1"), (one, "K-2"), (other, "K-3"), ("0" * 16, "K-4"))
    ]
    first = till.post("/coupons/redemptions/sync", {"redemptions": lines}).json["results"]
    assert [(line["ref"], line["outcome"]) for line in first] == [
        ("K-1", "redeemed"),
        ("K-2", "conflict"),
        ("K-3", "redeemed"),
        ("K-4", "refused"),
    ]
    assert (first[1]["reason_code"], first[1]["detail"]) == ("coupons.used", "「满300减50」已使用")
    again = till.post("/coupons/redemptions/sync", {"redemptions": lines[::-1]}).json["results"][::-1]
    assert [line["outcome"] for line in again] == ["repeated", "conflict", "repeated", "refused"]
    assert again[0]["redemption"] == first[0]["redemption"]


@pytest.mark.parametrize("path", ["/coupons/redeem", "/coupons/redemptions/sync", "/coupon-holds"])
def test_what_makes_no_sense_is_no_surprise(till, path):
    for wrong in ({}, {"code": "x", "ref": ""}, {"redemptions": []}, {"coupon_codes": []}, []):
        assert till.post(path, wrong).status_code in {400, 422}


def test_times_are_the_instants_of_the_till(till, give):
    code, future = give(**CUP), (MORNING + timedelta(hours=1)).isoformat()
    told = {"redemptions": [{"code": code, "ref": "K-1", "redeemed_at": future}]}
    assert till.post("/coupons/redemptions/sync", told).json["results"][0]["reason_code"] == (
        "coupons.redeemed-in-future"
    )
