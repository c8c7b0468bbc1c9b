from dataclasses import replace

import pytest
from sqlalchemy import select

from backend.app import furnish
from backend.messaging.models import Message
from backend.preferences import BY_HOUSE, changes, choose_marketing, refusals
from tests.factories.members import make_member
from tests.support.clocks import MORNING

PHONE = "13800001234"
KEY = "0123456789abcdef"
URL = f"/sms/replies?key={KEY}"
MARKETING = {("campaigns", "sms"), ("greetings", "sms")}


@pytest.fixture
def member_id(sessions):
    """Who has agreed to marketing by SMS."""
    with sessions.write.begin() as session:
        member_id = make_member(session, phone=PHONE).id
        choose_marketing(session, member_id, ["sms"], wanted=True, source="mini-program", now=MORNING)
        return member_id


@pytest.fixture
def provider(doors, runtime):
    return furnish(doors, replace(runtime, sms_replies_key=KEY)).test_client()


def reply(text, **change):
    told = {"nationcode": "86", "mobile": PHONE, "text": text, "sign": "百汇百货", "time": 1457336869, "extend": ""}
    return told | change


def refused(sessions, member_id):
    with sessions.read() as session:
        return refusals(session, [member_id])[member_id] & BY_HOUSE


def test_td_ends_marketing_by_sms_and_dy_begins_it_again(provider, sessions, member_id):
    assert refused(sessions, member_id) == set()
    assert provider.post(URL, json=reply("T D")).json == {"result": 0, "errmsg": "OK"}
    assert refused(sessions, member_id) == MARKETING
    with sessions.read() as session:
        assert changes(session, member_id, limit=1)[0].source == "sms"
    provider.post(URL, json=reply("TD"))
    provider.post(URL, json=reply("dy"))
    assert refused(sessions, member_id) == set()
    with sessions.read() as session:
        told = session.scalars(select(Message.words).where(Message.template == "marketing_chosen").order_by(Message.id))
        assert [words["what"] for words in told] == ["已退订营销短信", "已恢复营销短信"]


@pytest.mark.parametrize(
    "told", [reply("谢谢"), reply("TD", mobile="13900000000"), reply("TD", nationcode="852"), reply("TD", mobile="x")]
)
def test_other_words_and_other_people_change_nothing(provider, sessions, member_id, told):
    assert provider.post(URL, json=told).json["result"] == 0
    assert refused(sessions, member_id) == set()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"mobile": 1}'])
def test_what_cannot_be_read_is_refused(provider, member_id, body):
    answer = provider.post(URL, data=body)
    assert (answer.status_code, answer.json["result"]) == (400, 1)


@pytest.mark.parametrize(
    "url", ["/sms/replies", "/sms/replies?key=", f"/sms/replies?key={KEY}x", "/sms/replies?key=钥"]
)
def test_who_does_not_know_the_address_finds_none(provider, sessions, member_id, url):
    assert provider.post(url, json=reply("TD")).status_code == 404
    assert refused(sessions, member_id) == set()


def test_a_shop_without_a_key_has_no_such_address(client, member_id):
    assert client.post("/sms/replies?key=", json=reply("TD")).status_code == 404
