import re

import pytest

from tests.factories.messages import make_message

INBOX = "/wechat/pages/inbox"
READ = "/wechat/pages/inbox/read"


def unread(browser):
    found = re.search(r"([0-9]+) 条未读", browser.open(INBOX).text)
    return int(found[1]) if found else 0


@pytest.fixture
def message_id(sessions, browser, member_id):
    with sessions.write.begin() as session:
        return make_message(session, member_id).id


@pytest.mark.parametrize("token", ["", "0" * 64, "ünicode"])
def test_a_form_without_its_token_does_nothing(browser, message_id, token):
    before = unread(browser)
    refused = browser.send(READ, id=message_id, csrf=token)
    assert (refused.status_code, unread(browser)) == (403, before)
    assert "页面已过期" in refused.text


def test_a_form_of_another_session_does_nothing(browser, message_id, csrf, clock, client):
    old = csrf()
    client.delete_cookie("baihui_page", path="/wechat/pages")
    clock.set(clock.now().replace(hour=2))
    browser.open(INBOX)
    assert browser.send(READ, id=message_id, csrf=old).status_code == 403


def test_a_form_of_nobody_is_refused_and_leads_nowhere(client):
    refused = client.post(READ, data={"id": "1"})
    assert (refused.status_code, refused.location) == (401, None)
    assert "登录已失效" in refused.text


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_a_cookie_that_is_not_ours(client, cookie):
    client.set_cookie("baihui_page", cookie, path="/wechat/pages")
    assert client.get(INBOX).status_code == 302
