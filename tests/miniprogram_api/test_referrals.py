import pytest

from backend import referrals
from tests.factories.members import make_member
from tests.factories.referrals import DUE, make_bought, make_friend, make_inviter, settle
from tests.support.phone import member_client
from tests.support.statements import statements_on

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

MINE = "/api/mp/v1/referrals"
RANKING = f"{MINE}/ranking"
INVITER = f"{MINE}/inviter"


@pytest.fixture
def inviter_id(sessions):
    with sessions.write.begin() as session:
        inviter = make_inviter(session)
        settle(session, make_bought(session, inviter))
        make_friend(session, inviter)
        return inviter.id


@pytest.mark.parametrize(("method", "url"), [("GET", MINE), ("GET", RANKING), ("POST", INVITER)])
def test_the_anonymous_are_refused(client, method, url):
    assert client.open(url, method=method, json={"code": "x"} if method == "POST" else None).status_code == 401


def test_a_code_is_made_when_it_is_first_asked_for(phone):
    first, again = (phone.get(MINE).json for _ in range(2))
    assert first == again
    assert len(first["code"]) == 8
    assert first["path"] == f"pages/join/index?invite_code={first['code']}"
    assert (first["running"], first["inviter_points"], first["newcomer_points"]) == (True, 200, 100)
    assert (first["items"], first["invited_by"], first["next_cursor"]) == ([], None, None)


def test_friends_are_told_by_masked_name_page_by_page(app, inviter_id, clock):
    clock.set(DUE)
    phone = member_client(app, inviter_id)
    page = phone.get(MINE, query_string={"limit": 1}).json
    rest = phone.get(MINE, query_string={"limit": 1, "cursor": page["next_cursor"]}).json
    assert [(one["name"], one["state"], one["points"]) for one in page["items"] + rest["items"]] == [
        ("小*", "joined", 0),
        ("小*", "rewarded", 200),
    ]
    assert rest["next_cursor"] is None
    assert (page["rewarded_friends"], [one["reached"] for one in page["stages"]]) == (1, [True, False, False, False])


def test_bad_pages_and_months_are_refused(phone):
    assert phone.get(MINE, query_string={"cursor": "x"}).status_code == 400
    assert phone.get(RANKING, query_string={"month": "2026-13"}).status_code in {400, 422}


def test_the_ranking_tells_masked_names_and_my_place(app, inviter_id, phone):
    told = member_client(app, inviter_id).get(RANKING).json
    assert told == {
        "month": "2026-03",
        "items": [{"place": 1, "name": "小*", "friends": 1, "me": True}],
        "mine": {"place": 1, "friends": 1},
    }
    assert phone.get(RANKING, query_string={"month": "2026-02"}).json["mine"] == {"place": None, "friends": 0}


def test_a_code_is_entered_after_joining_once(app, sessions, inviter_id, member_id, phone):
    with sessions.read() as session:
        code = referrals.code_of(session, inviter_id)
    assert phone.post(INVITER, json={"code": "NOBODYXX"}).json["code"] == "referrals.code-unknown"
    bound = phone.post(INVITER, json={"code": code})
    assert (bound.status_code, bound.json["name"]) == (201, "小*")
    assert phone.post(INVITER, json={"code": code}).json["code"] == "referrals.invited-before"
    assert phone.get(MINE).json["invited_by"]["name"] == "小*"
    assert member_id != inviter_id


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 7}, {"code": "x" * 65}, {"code": "x", "more": 1}])
def test_another_payload_is_refused(phone, body):
    assert phone.post(INVITER, json=body).status_code == 422


def test_guessing_is_slowed_down(phone):
    said = [phone.post(INVITER, json={"code": "NOBODYXX"}).status_code for _ in range(11)]
    assert said == [404] * 10 + [429]


def test_my_invitations_cost_so_many_statements_however_many_friends_there_are(app, engine, sessions):
    with sessions.write.begin() as session:
        few, many = make_inviter(session), make_inviter(session)
        for _ in range(4):
            make_friend(session, many)
        make_friend(session, few)
        make_member(session)
    counts = []
    for inviter in (few, many):
        phone = member_client(app, inviter.id)
        with statements_on(engine) as said:
            assert phone.get(MINE).status_code == 200
        counts.append(len(said))
    assert counts[0] == counts[1] <= 12
