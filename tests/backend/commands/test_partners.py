import pytest

from backend import partners
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.partners import link, make_partner
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BY = ("--by", "anna", "--reason", "合同二")
WAY = "5000,10,10,1000,10000,100000,100"


@pytest.fixture
def anna(sessions):
    with sessions.write.begin() as session:
        make_operator(session, login="anna")


@pytest.fixture
def partner(sessions, anna):
    with sessions.write.begin() as session:
        return make_partner(session)


def test_a_partner_is_made_agreed_with_and_listed(answer, refusal, anna):
    made = answer(
        "partners", "create", "cinema", "城市影院", "https://c.example/v1/", "--our-key", "k", "--secret", "s"
    )
    assert made["base_url"] == "https://c.example/v1"
    assert answer("partners", "list") == [made]
    agreed = answer("partners", "agree", "cinema", "--in", WAY, "--out", "0,1,1,0,0,0,0", *BY)
    assert (agreed["version"], agreed["in"], agreed["agreed_by"]) == (1, WAY, "anna")
    assert answer("partners", "terms", "cinema") == [agreed]
    assert "7 numbers" in refusal("partners", "agree", "cinema", "--in", "1,2", "--out", WAY, *BY)
    refused = refusal("partners", "agree", "cinema", "--in", "1,0,1,1,1,1,1", "--out", WAY, *BY)
    assert "partners.terms-refused" in refused


def test_suspended_and_resumed(answer, partner):
    assert answer("partners", "suspend", partner.code, *BY)["reason"] == "合同二"
    assert answer("partners", "resume", partner.code)["suspended_at"] is None


def test_keys_are_made_listed_and_revoked(answer, refusal, partner):
    made = answer("partners", "create-key", partner.code, "--scope", "tiers")
    assert (made["scopes"], len(made["secret"])) == (["tiers"], 64)
    assert answer("partners", "revoke-key", made["app_key"]) == {"revoked": made["app_key"]}
    (listed,) = answer("partners", "list-keys", partner.code)
    assert listed["revoked_at"] == "2026-03-01T09:00:00+08:00"
    assert "partners.key-unknown" in refusal("partners", "revoke-key", "none")


def test_coupons_are_offered(answer, partner):
    offered = answer("partners", "offer-coupons", partner.code, "tea", 5)
    assert offered == {"partner": partner.code, "template": "tea", "most": 5, "given": 0}


@pytest.mark.parametrize(("how", "status"), [("--confirmed", "confirmed"), ("--refused", "refused")])
def test_what_waits_is_listed_and_settled_by_hand(answer, refusal, sessions, partner, how, status):
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        link(session, partner, member_id)
        exchange = partners.ask(session, member_id, partner.code, given=60, now=MORNING)
    (listed,) = answer("partners", "waiting")
    assert (listed["exchange"], listed["partner"]) == (str(exchange.id), partner.code)
    assert answer("partners", "settle", exchange.id, how, *BY)["status"] == status
    assert "partners.exchange-over" in refusal("partners", "settle", exchange.id, how, *BY)
    assert answer("partners", "waiting") == []
