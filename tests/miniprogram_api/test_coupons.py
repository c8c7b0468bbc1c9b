from datetime import timedelta

import pytest

from backend import coupons
from tests.factories.coupons import WRITER, make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.phone import member_client

OFFERS, MINE = "/api/mp/v1/coupons", "/api/mp/v1/me/coupons"
SUPPLY = {"claimable": True, "stock": 2, "per_member": {"most": 1}}
A_DAY = timedelta(days=1)
TOKEN = "a" * 32


def made(sessions, make):
    with sessions.write.begin() as session:
        return make(session)


@pytest.fixture
def template(sessions):
    return made(sessions, lambda session: make_template(session, supply=SUPPLY, transferable=True))


@pytest.fixture
def friend(app, sessions):
    return member_client(app, made(sessions, lambda session: make_member(session).id))


@pytest.fixture
def claimed(phone, template):
    return phone.post(f"{OFFERS}/{template.id}/claims").json


def test_the_anonymous_are_refused(client):
    replies = [client.get(url) for url in (OFFERS, MINE, f"{MINE}/1")]
    replies += [
        client.post(url) for url in (f"{OFFERS}/1/claims", f"{MINE}/1/gift", f"{OFFERS}/gifts/{'a' * 32}/accept")
    ]
    replies += [client.delete(f"{MINE}/1/gift")]
    assert {reply.status_code for reply in replies} == {401}


def test_another_members_coupon_is_a_404(friend, claimed):
    replies = [friend.get(f"{MINE}/{claimed['id']}"), friend.post(f"{MINE}/{claimed['id']}/gift")]
    replies += [friend.delete(f"{MINE}/{claimed['id']}/gift")]
    assert {(reply.status_code, reply.json["code"]) for reply in replies} == {(404, "coupons.unknown")}
    assert friend.post(f"{OFFERS}/1/claims").json["code"] == "coupons.template-unknown"


def test_claiming_until_they_are_gone(app, sessions, phone, friend, template):
    (offer,) = phone.get(OFFERS).json["items"]
    assert (offer["name"], offer["state"], offer["left"]) == ("满300减50", "open", 2)
    assert offer["worth"] == {"kind": "cash-off", "off_fen": 5_000, "threshold_fen": 30_000, "every": False}
    key = {"Idempotency-Key": "tap"}
    first = phone.post(f"{OFFERS}/{template.id}/claims", headers=key)
    again = phone.post(f"{OFFERS}/{template.id}/claims", headers=key)
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert (first.status_code, first.json["status"]) == (201, "ready")
    assert phone.get(OFFERS).json["items"][0]["state"] == "claimed"
    assert phone.post(f"{OFFERS}/{template.id}/claims").json["code"] == "coupons.limit-reached"
    assert friend.post(f"{OFFERS}/{template.id}/claims").status_code == 201
    third = member_client(app, made(sessions, lambda session: make_member(session).id))
    assert third.get(OFFERS).json["items"][0]["state"] == "sold-out"
    refused = third.post(f"{OFFERS}/{template.id}/claims")
    assert (refused.status_code, refused.json["code"]) == (409, "coupons.sold-out")
    assert phone.get("/api/mp/v1/me").json["counts"]["coupons"] == 1


def test_offers_come_in_pages(sessions, phone):
    def several(session):
        return [make_template(session, supply=SUPPLY, position=place).id for place in (2, 1, 1)]

    last, first, second = made(sessions, several)
    one = phone.get(f"{OFFERS}?limit=2").json
    assert [offer["id"] for offer in one["items"]] == [str(first), str(second)]
    two = phone.get(f"{OFFERS}?limit=2&cursor={one['next_cursor']}").json
    assert ([offer["id"] for offer in two["items"]], two["next_cursor"]) == ([str(last)], None)
    assert phone.get(f"{OFFERS}?cursor=x").json["code"] == "paging.bad-cursor"


def test_what_is_not_offered_is_not_shown(sessions, phone, template):
    made(sessions, make_template)
    made(sessions, lambda session: coupons.pause(session, template.code, by=WRITER, note="等", now=MORNING))
    assert phone.get(OFFERS).json["items"] == []


def test_my_coupons_in_pages_by_what_they_are(sessions, phone, member_id, clock):
    def several(session):
        ready = [make_coupon(session, member_id, validity={"days": days}) for days in (5, 3, 4)]
        used = make_coupon(session, member_id)
        used.status = "redeemed"
        return [coupon.id for coupon in ready], used.id

    (five, three, four), used = made(sessions, several)
    one = phone.get(f"{MINE}?status=ready&limit=2").json
    assert [coupon["id"] for coupon in one["items"]] == [str(three), str(four)]
    two = phone.get(f"{MINE}?status=ready&limit=2&cursor={one['next_cursor']}").json
    assert ([coupon["id"] for coupon in two["items"]], two["next_cursor"]) == ([str(five)], None)
    assert [coupon["id"] for coupon in phone.get(f"{MINE}?status=redeemed").json["items"]] == [str(used)]
    assert [coupon["id"] for coupon in phone.get(MINE).json["items"]] == [str(one) for one in (used, five, four, three)]
    clock.move(3 * A_DAY)
    (over,) = phone.get(f"{MINE}?status=expired").json["items"]
    assert (over["id"], over["status"]) == (str(three), "expired")
    assert phone.get(f"{MINE}?status=stolen").status_code == 422
    assert phone.get(f"{MINE}?cursor=Wy0xLDFd").json["code"] == "paging.bad-cursor"


def test_the_detail_shows_a_code_that_a_till_can_read(runtime, phone, claimed):
    shown = phone.get(f"{MINE}/{claimed['id']}").json
    assert shown["code_expires_at"] == "2026-03-01T01:01:00Z"
    with runtime.sessions.read() as session:
        found = coupons.coupon_of_code(session, shown["code"], runtime.keys.card_codes, MORNING)
    assert str(found.id) == claimed["id"]


def test_what_cannot_be_used_now_shows_no_code(sessions, phone, member_id, claimed):
    later = made(sessions, lambda session: make_coupon(session, member_id, validity={"days": 1, "after": 1}).id)
    assert phone.get(f"{MINE}/{later}").json["code"] is None
    phone.post(f"{MINE}/{claimed['id']}/gift")
    assert phone.get(f"{MINE}/{claimed['id']}").json["code"] is None


def test_a_gift_goes_over_once(app, sessions, phone, friend, claimed):
    gift = phone.post(f"{MINE}/{claimed['id']}/gift")
    assert (gift.status_code, gift.json["lapses_at"]) == (201, "2026-03-02T01:00:00Z")
    assert phone.get(f"{MINE}/{claimed['id']}").json["status"] == "sent"
    accept = f"{OFFERS}/gifts/{gift.json['token']}/accept"
    assert phone.post(accept).json["code"] == "coupons.own-gift"
    taken = friend.post(accept)
    assert (taken.status_code, taken.json["valid_until"]) == (200, claimed["valid_until"])
    assert friend.post(accept).json == taken.json
    third = member_client(app, made(sessions, lambda session: make_member(session).id))
    assert third.post(accept).json["code"] == "coupons.gift-over"
    assert third.post(f"{OFFERS}/gifts/{'0' * 32}/accept").json["code"] == "coupons.gift-unknown"
    assert phone.delete(f"{MINE}/{claimed['id']}/gift").status_code == 404


def test_a_gift_is_taken_back(phone, friend, claimed):
    token = phone.post(f"{MINE}/{claimed['id']}/gift").json["token"]
    for _ in range(2):
        assert phone.delete(f"{MINE}/{claimed['id']}/gift").json["status"] == "ready"
    assert friend.post(f"{OFFERS}/gifts/{token}/accept").json["code"] == "coupons.gift-over"


def test_a_code_is_exchanged_and_guessing_is_stopped(sessions, phone, template):
    codes = f"{OFFERS}/codes"
    made(
        sessions,
        lambda session: coupons.order_codes(
            session, coupons.Wish(template.code, 9, "地推", word="春天"), by=WRITER, now=MORNING
        ),
    )
    assert phone.post(codes, json={"code": "春天"}).json["status"] == "ready"
    assert phone.post(codes, json={"code": "春天"}).json["code"] == "coupons.limit-reached"
    replies = [phone.post(codes, json={"code": f"GUESS{number}"}) for number in range(11)]
    assert {reply.json["code"] for reply in replies[:10]} == {"coupons.code-unknown"}
    assert (replies[10].status_code, replies[10].json["code"]) == (429, "rate.limited")
    assert phone.post(codes, json={"code": ""}).status_code == 422
