import json
from random import Random

import pytest

from backend import partners, points, tiers
from tests.factories.coupons import make_template
from tests.factories.members import make_member
from tests.factories.partners import link, make_key, make_partner
from tests.support.clocks import MORNING
from tests.support.partners import Caller
from tests.support.statements import statements_on

STATEMENTS_OF_A_CONFIRMATION = 12

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def known(sessions):
    """A partner, its key, and a member of a hundred points whom it knows."""
    with sessions.write.begin() as session:
        partner, member_id = make_partner(session), make_member(session).id
        return partner, make_key(session, partner), member_id, link(session, partner, member_id).alias


@pytest.fixture
def caller(app, known):
    return Caller(app, known[1])


def wish(known, **parts):
    return json.dumps({"ref": "a-1", "member": known[3], "points": 100} | parts)


def left(sessions, known):
    with sessions.read() as session:
        return points.summary(session, known[2], now=MORNING).available


def test_nobody_else_comes_in(app, sessions, known, caller):
    forged = caller.post("/exchanges", wish(known), secret="f" * 64)
    assert (forged.status_code, forged.json["code"]) == (401, "pos.signature-invalid")
    with sessions.write.begin() as session:
        narrow = make_key(session, known[0], scopes=frozenset({"tiers"}))
    assert Caller(app, narrow).post("/exchanges", wish(known)).json["code"] == "pos.out-of-scope"
    caller.post("/exchanges", wish(known), nonce="nonce-twice")
    assert caller.post("/exchanges", wish(known), nonce="nonce-twice").json["code"] == "pos.nonce-replayed"


def test_a_suspended_partner_and_a_revoked_key_at_once(sessions, known, caller):
    with sessions.write.begin() as session:
        partners.suspend(session, known[0].code, by="boss", reason="欠款", now=MORNING)
    refused = caller.post("/exchanges", wish(known))
    assert (refused.status_code, refused.json["code"]) == (403, "partners.suspended")
    with sessions.write.begin() as session:
        partners.revoke_key(session, known[1].app_key, now=MORNING)
    assert caller.post("/exchanges", wish(known)).status_code == 401


def test_points_come_in_once(sessions, known, caller):
    prepared = caller.post("/exchanges", wish(known))
    assert prepared.json == {
        "ref": "a-1",
        "status": "prepared",
        "points": 100,
        "amount": 50,
        "rate": 5000,
        "terms_version": 1,
        "confirm_by": "2026-03-01T01:10:00Z",
    }
    assert caller.post("/exchanges", wish(known)).json == prepared.json
    assert caller.post("/exchanges", wish(known, points=110)).json["code"] == "partners.ref-reused"
    for _ in range(2):
        assert caller.post("/exchanges/a-1/confirm").json["status"] == "confirmed"
        assert left(sessions, known) == 150
    assert caller.get("/exchanges/a-1").json["status"] == "confirmed"
    assert caller.post("/exchanges/a-1/cancel").status_code == 409


def test_what_was_cancelled_stays_so(sessions, known, caller):
    caller.post("/exchanges", wish(known))
    for _ in range(2):
        assert caller.post("/exchanges/a-1/cancel").json["status"] == "cancelled"
    assert caller.post("/exchanges/a-1/confirm").json["code"] == "partners.exchange-over"
    assert left(sessions, known) == 100


@pytest.mark.parametrize(
    "body",
    [
        '{"ref": "a"}',
        "[]",
        "{",
        '{"ref": "a b", "member": "m0", "points": 1}',
        '{"ref": 1, "member": 2, "points": "3"}',
    ],
)
def test_what_cannot_be_read_is_refused(caller, body):
    assert caller.post("/exchanges", body).status_code in {400, 422}


def test_another_partner_sees_nothing(app, sessions, known, caller):
    caller.post("/exchanges", wish(known))
    with sessions.write.begin() as session:
        other = Caller(app, make_key(session, make_partner(session)))
    assert other.get("/exchanges/a-1").status_code == 404
    assert other.post("/exchanges/a-1/confirm").status_code == 404
    assert other.post("/exchanges", wish(known)).json["code"] == "partners.not-linked"


def test_a_code_links_and_guessing_is_stopped(sessions, known, caller):
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        told = partners.ask_for_code(session, member_id, known[0].code, rng=Random(4), now=MORNING)
    made = caller.post("/links", json.dumps({"code": told.code}))
    assert caller.post("/links", json.dumps({"code": told.code})).json == made.json
    assert set(made.json) == {"member", "linked_at"}
    guesses = [caller.post("/links", '{"code": "2222222222"}').status_code for _ in range(11)]
    assert (guesses[0], guesses[-1]) == (404, 429)


def test_the_tier_by_name_alone(known, caller, sessions):
    with sessions.read() as session:
        lowest, above = tiers.tiers_now(session, now=MORNING)[:2]
    asked = caller.get(f"/members/{known[3]}/tier", f"at_least={above.code}")
    assert asked.json == {"reached": False, "tier": lowest.name}
    assert caller.get(f"/members/{known[3]}/tier", "at_least=none").status_code == 404


def test_a_coupon_once_a_reference(sessions, known, caller):
    with sessions.write.begin() as session:
        template = make_template(session).code
        partners.offer_coupons(session, known[0].code, template, 1)
    body = json.dumps({"ref": "g-1", "member": known[3], "template": template})
    first = caller.post("/coupons", body)
    assert first.json == {"ref": "g-1", "template": template, "granted_at": "2026-03-01T01:00:00Z"}
    assert caller.post("/coupons", body).json == first.json
    more = caller.post("/coupons", body.replace("g-1", "g-2"))
    assert more.json["code"] == "partners.coupon-budget-used-up"


def test_a_confirmation_is_as_cheap_as_it_can_be(engine, known, caller):
    caller.post("/exchanges", wish(known))
    with statements_on(engine) as said:
        caller.post("/exchanges/a-1/confirm")
    assert len(said) <= STATEMENTS_OF_A_CONFIRMATION, "\n".join(said)
