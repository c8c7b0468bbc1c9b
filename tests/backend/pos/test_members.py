from datetime import timedelta

import pytest

from backend import members
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.till import open_till

NOBODY = (404, "pos.nobody-found")


def answer(response):
    return response.status_code, response.json["code"]


@pytest.fixture
def code(runtime, member):
    return members.card_code(member, key=runtime.keys.card_codes, now=runtime.clock.now()).code


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"phone": "13800000000", "card_no": "900000000018"},
        {"phone": None, "card_no": None, "code": None},
        {"phone": 13800000000},
        {"phone": "+8613800000000"},
        {"phone": "１３８００００００００"},
        {"card_no": ""},
        {"code": "12345a"},
        {"code": "1" * 25},
        {"code": 12345678901234567890},
        {"name": "小红"},
    ],
)
def test_exactly_one_well_formed_way_to_name_a_member(till, body):
    assert answer(till.post("/members/lookup", body)) == (422, "payload.invalid")


@pytest.mark.parametrize(
    "body", [{"phone": "19900000000"}, {"card_no": "900000000000"}, {"code": "0" * 20}, {"code": "0" * 6}]
)
def test_whoever_is_unknown_gets_the_same_answer(till, body):
    assert answer(till.post("/members/lookup", body)) == NOBODY


def test_a_used_and_an_old_code_get_the_same_answer(clock, till, code, runtime, member):
    assert till.post("/members/lookup", {"code": code}).status_code == 200
    assert answer(till.post("/members/lookup", {"code": code})) == NOBODY
    clock.move(timedelta(seconds=1))
    fresh = members.card_code(member, key=runtime.keys.card_codes, now=clock.now()).code
    clock.move(timedelta(minutes=2))
    assert answer(till.post("/members/lookup", {"code": fresh})) == NOBODY


def test_a_blocked_member_is_named_as_such_and_one_who_left_is_unknown(runtime, till, member):
    for status, expected in (("blocked", (403, "members.blocked")), ("closed", NOBODY)):
        with runtime.sessions.write.begin() as session:
            session.merge(member).status = status
        assert answer(till.post("/members/lookup", {"card_no": member.card_no})) == expected


def test_guessing_is_stopped(app, till, member):
    misses = [till.post("/members/lookup", {"code": f"{guess:020d}"}).status_code for guess in range(30)]
    assert misses[:20] == [404] * 20
    assert 429 in misses
    refused = till.post("/members/lookup", {"card_no": member.card_no})
    assert answer(refused) == (429, "rate.limited")
    assert int(refused.headers["Retry-After"]) >= 1
    assert open_till(app).post("/members/lookup", {"card_no": member.card_no}).status_code == 200


def test_a_till_that_asks_without_end_is_stopped(till, member):
    statuses = [till.post("/members/lookup", {"card_no": member.card_no}).status_code for _ in range(130)]
    assert statuses[:120] == [200] * 120
    assert 429 in statuses


def test_a_lost_reply_is_repeated_by_its_key_though_the_code_is_used(till, code):
    headers = {"Idempotency-Key": "lookup-1"}
    first, again = (till.post("/members/lookup", {"code": code}, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code, again.data) == (200, 200, first.data)


def test_a_code_names_its_member(till, member, code):
    assert till.post("/members/lookup", {"code": code}).json == {
        "member_id": str(member.id),
        "name": "小*",
        "card_no": f"****{member.card_no[-4:]}",
        "tier": {"code": "basic", "name": "普通"},
        "price": 10_000,
        "points": 100,
        "benefits": [],
        "coupons": [],
    }


def test_a_phone_and_a_card_name_their_member(runtime, till):
    with runtime.sessions.write.begin() as session:
        member = make_member(session, phone="13812345678")
    till.post("/purchases", till_body(1_000_000, member_id=str(member.id)))
    found = [
        till.post("/members/lookup", body).json for body in ({"phone": "13812345678"}, {"card_no": member.card_no})
    ]
    assert found[0] == found[1]
    assert (found[0]["tier"]["code"], found[0]["price"], found[0]["points"]) == ("gold", 9_500, 10_100)
