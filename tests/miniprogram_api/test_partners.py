import pytest

from backend import partners
from tests.factories.members import make_member
from tests.factories.partners import link, make_partner
from tests.support.phone import member_client

ME = "/api/mp/v1/me/partner-exchanges"
URL = "/api/mp/v1/partners"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def partner(sessions, member_id):
    with sessions.write.begin() as session:
        made = make_partner(session)
        link(session, made, member_id)
        return made


@pytest.fixture
def asked(phone, partner):
    """Sixty of my points on their way."""
    return phone.post(f"{URL}/{partner.code}/exchanges", json={"points": 60})


def test_the_anonymous_are_refused(client):
    replies = [
        client.get(URL),
        client.post(f"{URL}/a/link-code", json={}),
        client.delete(f"{URL}/a/link"),
        client.post(f"{URL}/a/exchanges", json={"points": 1}),
        client.get(ME),
        client.post(f"{ME}/1/cancel", json={}),
    ]
    assert [reply.status_code for reply in replies] == [401] * 6


def test_partners_with_their_terms_and_whether_they_know_me(app, sessions, phone, partner):
    way = {"rate": 5000, "least": 10, "step": 10, "member_day": 1000}
    shown = {"code": partner.code, "name": "城市影院", "to_ours": way, "to_theirs": way}
    assert phone.get(URL).json == {"items": [shown | {"linked_at": "2026-03-01T01:00:00Z"}]}
    with sessions.write.begin() as session:
        other_id = make_member(session).id
    assert member_client(app, other_id).get(URL).json == {"items": [shown | {"linked_at": None}]}


def test_known_no_more_and_then_anew(phone, partner):
    assert phone.post(f"{URL}/{partner.code}/link-code").json["code"] == "partners.linked-already"
    assert phone.delete(f"{URL}/{partner.code}/link").status_code == 204
    assert phone.delete(f"{URL}/{partner.code}/link").json["code"] == "partners.not-linked"
    told = phone.post(f"{URL}/{partner.code}/link-code").json
    assert (len(told["code"]), told["good_until"]) == (10, "2026-03-01T01:05:00Z")
    assert phone.post(f"{URL}/nobody/link-code").json["code"] == "partners.unknown"


def test_points_are_set_aside_and_listed(phone, partner, asked):
    assert asked.status_code == 201
    assert asked.json == {
        "id": asked.json["id"],
        "partner": "城市影院",
        "direction": "out",
        "points": 60,
        "amount": 30,
        "status": "held",
        "begun_at": "2026-03-01T01:00:00Z",
        "done_at": None,
        "reason": None,
    }
    more = phone.post(f"{URL}/{partner.code}/exchanges", json={"points": 50})
    assert (more.status_code, more.json["code"]) == (409, "points.insufficient")
    second = phone.post(f"{URL}/{partner.code}/exchanges", json={"points": 40}).json
    page = phone.get(f"{ME}?limit=1").json
    assert page["items"] == [second]
    assert phone.get(f"{ME}?limit=1&cursor={page['next_cursor']}").json == {"items": [asked.json], "next_cursor": None}


def test_a_key_asks_once(phone, partner):
    twice = [
        phone.post(f"{URL}/{partner.code}/exchanges", json={"points": 60}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert twice[0].json == twice[1].json


@pytest.mark.parametrize("body", [{}, {"points": 0}, {"points": "60"}, {"points": 15}, {"points": 10**12}])
def test_what_cannot_be_exchanged_is_refused(phone, partner, body):
    assert phone.post(f"{URL}/{partner.code}/exchanges", json=body).status_code == 422


def test_thought_better_of(app, sessions, phone, partner, asked):
    with sessions.write.begin() as session:
        other_id = make_member(session).id
    stranger = member_client(app, other_id)
    assert stranger.post(f"{ME}/{asked.json['id']}/cancel").status_code == 404
    assert phone.post(f"{ME}/{asked.json['id']}/cancel").json["status"] == "cancelled"
    assert phone.post(f"{ME}/0/cancel").status_code == 404


def test_the_reason_of_a_refusal(sessions, phone, partner, asked, rng, clock):
    with sessions.write.begin() as session:
        no = partners.Answer("refused", reason="会员已冻结")
        partners.record(session, int(asked.json["id"]), no, rng=rng, now=clock.now())
    shown = phone.get(ME).json["items"][0]
    assert (shown["status"], shown["reason"]) == ("refused", "会员已冻结")
