from datetime import date

import pytest

from backend import benefits, members
from backend.members import ProfileChanges
from tests.factories.benefits import benefit, birthday_gift, offer, parking
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

URL = "/api/mp/v1/benefits"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def store_id(sessions):
    with sessions.write.begin() as session:
        offer(session, benefit(), parking(), birthday_gift())
        return make_store(session).id


def use(sessions, member_id, store_id, ref):
    with sessions.write.begin() as session:
        return benefits.use(session, member_id, "returns", amount=1, store_id=store_id, ref=ref, now=MORNING)[0].id


def test_the_anonymous_are_refused(client):
    replies = [client.get(URL), client.get(f"{URL}/uses"), client.post(f"{URL}/gift/gift")]
    assert [reply.status_code for reply in replies] == [401] * 3


def test_mine_and_the_next_tiers(phone, sessions, member_id, store_id):
    use(sessions, member_id, store_id, "R1")
    found = phone.get(URL).json
    assert (found["tier"]["code"], found["next_tier"]["code"]) == ("basic", "silver")
    assert [one["code"] for one in found["items"]] == ["returns", "parking", "gift"]
    assert found["items"][0] == {
        "code": "returns",
        "kind": "priority_returns",
        "name": "优先退换",
        "description": "",
        "mine": {"amount": 2, "per": "month"},
        "used": 1,
        "left": 1,
        "next": {"amount": 5, "per": "month"},
        "stores": None,
        "from_on": None,
        "until_on": None,
    }
    assert (found["items"][2]["left"], found["items"][2]["next"]) == (None, None)


def test_uses_page_by_page(phone, sessions, member_id, store_id):
    ids = [str(use(sessions, member_id, store_id, ref)) for ref in ("R1", "R2")]
    first = phone.get(f"{URL}/uses", query_string={"limit": 1}).json
    rest = phone.get(f"{URL}/uses", query_string={"cursor": first["next_cursor"]}).json
    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    assert phone.get(f"{URL}/uses", query_string={"cursor": "?"}).json["code"] == "paging.bad-cursor"


def test_the_gift_of_my_birthday(phone, sessions, member_id, store_id):
    assert phone.post(f"{URL}/gift/gift").json["code"] == "benefits.no-birthday-now"
    with sessions.write.begin() as session:
        changes = ProfileChanges(birthday=date(1990, 3, 3))
        members.update_profile(session, member_id, changes=changes, now=MORNING)
    gift = phone.post(f"{URL}/gift/gift")
    assert (gift.status_code, gift.json["celebrated_on"], gift.json["handed_at"]) == (200, "2026-03-03", None)
    assert phone.post(f"{URL}/gift/gift").json == gift.json
    assert phone.post(f"{URL}/nothing/gift").json["code"] == "benefits.unknown"
