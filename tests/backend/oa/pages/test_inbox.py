import re

import pytest
from sqlalchemy import delete

from backend import messaging
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING

INBOX = "/wechat/pages/inbox"
READ = f"{INBOX}/read"


@pytest.fixture(autouse=True)
def _nothing_yet(sessions, browser):
    with sessions.write.begin() as session:
        session.execute(delete(Message))


def send(sessions, member_id, count, **parts):
    with sessions.write.begin() as session:
        return [make_message(session, member_id, **parts).id for _ in range(count)]


def unread(sessions, member_id):
    with sessions.read() as session:
        return messaging.unread(session, member_id)


def test_empty(browser):
    page = browser.open(INBOX).text
    assert "还没有消息" in page
    assert "条未读" not in page


def test_messages_in_their_words(browser, sessions, member_id):
    send(sessions, member_id, 1, words={"tier": "<b>银卡</b>", "at": "2026年3月1日 09:00"})
    page = browser.open(INBOX).text
    assert "&lt;b&gt;银卡&lt;/b&gt;" in page
    assert "1 条未读" in page
    assert "2026-03-01 09:00" in page


@pytest.mark.parametrize(
    ("template", "way"),
    [
        ("points_earned", "/wechat/pages/points"),
        ("coupon_received", "/wechat/pages/coupons"),
        ("exchange_ready", "/wechat/pages/open/orders"),
        ("forgotten", None),
    ],
)
def test_message_leads_to_a_page_of_ours_or_into_the_mini_program(browser, sessions, member_id, template, way):
    send(sessions, member_id, 1, template=template)
    page = browser.open(INBOX).text
    assert re.findall(r'<a href="([^"]+)">查看详情</a>', page) == ([way] if way else [])


def test_pages(browser, sessions, member_id):
    ids = send(sessions, member_id, 25)
    page = browser.open(INBOX).text
    rest = browser.open(re.search(r'href="(/wechat/pages/inbox\?cursor=[^"]+)"', page)[1]).text
    shown = [int(one) for text in (page, rest) for one in re.findall(r'name="id" value="([0-9]+)"', text)]
    assert shown == ids[::-1]
    assert "全部标为已读" in page
    assert "全部标为已读" not in rest


def test_one_is_marked_as_read(browser, sessions, member_id, csrf):
    one, _ = send(sessions, member_id, 2)
    answer = browser.send(READ, id=one, csrf=csrf())
    assert (answer.status_code, answer.location) == (302, INBOX)
    assert unread(sessions, member_id) == 1


def test_all_that_was_shown_is_marked_as_read(browser, sessions, member_id, csrf):
    shown = send(sessions, member_id, 3)
    token = csrf()
    send(sessions, member_id, 1, at=MORNING)
    browser.send(READ, up_to=shown[-1], csrf=token)
    assert unread(sessions, member_id) == 1


def test_message_of_somebody_else_stays_unread(browser, sessions, member_id, csrf):
    with sessions.write.begin() as session:
        other = make_member(session).id
    (theirs,), _ = send(sessions, other, 1), send(sessions, member_id, 1)
    before = unread(sessions, other)
    assert browser.send(READ, id=theirs, csrf=csrf()).status_code == 404
    assert browser.send(READ, up_to=theirs, csrf=csrf()).status_code == 404
    assert (unread(sessions, other), unread(sessions, member_id)) == (before, 1)


@pytest.mark.parametrize("form", [{}, {"id": "x"}, {"id": "9" * 30}, {"up_to": "-1"}, {"id": "٣"}])
def test_forms_that_name_no_message(browser, sessions, member_id, csrf, form):
    send(sessions, member_id, 1)
    assert browser.send(READ, csrf=csrf(), **form).status_code == 400
    assert unread(sessions, member_id) == 1
