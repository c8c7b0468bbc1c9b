import pytest

from backend.preferences import BY_HOUSE, changes, mail_token, refusals
from tests.factories.members import make_member
from tests.support.runtimes import KEYS


@pytest.fixture
def member_id(sessions):
    with sessions.write.begin() as session:
        return make_member(session).id


@pytest.fixture
def url(member_id):
    return f"/unsubscribe/{mail_token(member_id, KEYS.unsubscribing)}"


def refused(sessions, member_id):
    with sessions.read() as session:
        return refusals(session, [member_id])[member_id] - BY_HOUSE


def test_opening_the_link_changes_nothing(client, sessions, member_id, url):
    page = client.get(url)
    assert page.status_code == 200
    assert "确认退订" in page.text
    assert refused(sessions, member_id) == set()


@pytest.mark.parametrize("body", [None, {"List-Unsubscribe": "One-Click"}])
def test_the_button_and_the_one_click_of_a_mail_program_end_marketing_by_mail(client, sessions, member_id, url, body):
    page = client.post(url, data=body)
    assert (page.status_code, "已退订" in page.text) == (200, True)
    assert refused(sessions, member_id) == {("campaigns", "e-mail"), ("greetings", "e-mail")}
    client.post(url)
    with sessions.read() as session:
        assert {one.source for one in changes(session, member_id, limit=9)} == {"e-mail"}
        assert len(changes(session, member_id, limit=9)) == 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_none_of_ours_ends_nothing(client, sessions, member_id, method):
    foreign = mail_token(member_id, b"x" * 32)
    page = getattr(client, method)(f"/unsubscribe/{foreign}")
    assert (page.status_code, "链接无效" in page.text) == (404, True)
    assert refused(sessions, member_id) == set()


def test_the_page_tells_nobody_its_address(client, url):
    headers = client.get(url).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
