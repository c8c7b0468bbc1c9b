from datetime import date

import pytest

from backend import benefits, members
from backend.members import ProfileChanges
from tests.factories.benefits import benefit, birthday_gift, offer
from tests.support.clocks import MORNING
from tests.support.till import open_till

USES = "/benefits/returns/uses"
REDEEM = "/benefits/gifts/redeem"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _offered(sessions):
    with sessions.write.begin() as session:
        offer(session, benefit(), birthday_gift())


@pytest.fixture
def wish(member):
    return {"member_id": str(member.id), "ref": "R1"}


def test_who_may_not(client, app):
    assert client.post(f"/api/pos/v1{USES}", json={}).status_code == 401
    other = open_till(app, scopes=frozenset({"parking"}))
    for path in (USES, f"{USES}/1/reverse", REDEEM, f"{REDEEM}/reverse"):
        assert other.post(path, {"ref": "R1"}).json["code"] == "pos.out-of-scope"


@pytest.mark.parametrize(
    "parts",
    [{}, {"ref": "R1"}, {"card_no": "123456", "code": "123456", "ref": "R1"}, {"card_no": "123456", "ref": "/"}],
)
def test_a_body_is_checked(till, parts):
    assert till.post(USES, parts).status_code == 422


def test_noted_once_a_reference(till, member, wish):
    made = till.post(USES, wish)
    assert (made.status_code, made.json["amount"], made.json["tier_code"]) == (201, 1, "basic")
    again = till.post(USES, wish)
    assert (again.status_code, again.json) == (200, made.json)
    by_card = till.post(USES, {"card_no": member.card_no, "ref": "R1"})
    assert (by_card.status_code, by_card.json) == (200, made.json)
    assert till.post(USES, wish | {"amount": 2}).json["code"] == "benefits.ref-reused"
    assert till.post(USES, wish | {"ref": "R2", "amount": 2}).json["code"] == "benefits.quota-used-up"


def test_a_code_is_shown_once_and_its_use_told_again(till, app, member, sessions):
    with sessions.read() as session:
        runtime = app.extensions["runtime"]
        code = members.card_code(members.get(session, member.id), key=runtime.keys.card_codes, now=MORNING).code
    made = till.post(USES, {"code": code, "ref": "R1"})
    assert made.status_code == 201
    assert till.post(USES, {"code": code, "ref": "R1"}).json == made.json
    assert till.post(USES, {"code": code, "ref": "R2"}).json["code"] == "pos.nobody-found"


def test_nobody_and_nothing(till, wish):
    for who in ({"member_id": "1"}, {"card_no": "123456"}, {"code": "123456"}):
        assert till.post(USES, who | {"ref": "R1"}).json["code"] == "pos.nobody-found"
    assert till.post("/benefits/spa/uses", wish).json["code"] == "benefits.unknown"


def test_undone_once(app, till, wish):
    use_id = till.post(USES, wish).json["id"]
    path = f"{USES}/{use_id}/reverse"
    assert open_till(app).post(path, {}).json["code"] == "benefits.use-unknown"
    undone = till.post(path, {})
    assert (undone.status_code, undone.json["reversed_at"]) == (200, "2026-03-01T01:00:00Z")
    assert till.post(path, {}).json == undone.json
    assert till.post(USES, wish | {"ref": "R2", "amount": 2}).status_code == 201


def test_a_birthday_gift_is_handed_over_and_taken_back(till, member, sessions, rng):
    with sessions.write.begin() as session:
        changes = ProfileChanges(birthday=date(1990, 3, 3))
        members.update_profile(session, member.id, changes=changes, now=MORNING)
        code = benefits.ask_for_gift(session, member.id, "gift", rng=rng, now=MORNING).pickup_code
    assert till.post(f"{REDEEM}/reverse", {"code": code}).json["code"] == "benefits.gift-not-handed-out"
    for _ in range(2):
        done = till.post(REDEEM, {"code": code})
        assert done.json == {
            "name": "生日礼",
            "pick_up_by": "2026-03-08T16:00:00Z",
            "handed_at": "2026-03-01T01:00:00Z",
        }
    assert till.post(f"{REDEEM}/reverse", {"code": code}).json["handed_at"] is None
    assert till.post(REDEEM, {"code": "000000000000"}).json["code"] == "benefits.gift-unknown"
