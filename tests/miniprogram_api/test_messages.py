from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import delete, event

from backend.app import create_app
from backend.messaging.models import Message
from tests.factories.members import make_identity, make_member
from tests.factories.messages import make_message
from tests.support.meetings import rewritten
from tests.support.phone import member_client
from tests.support.runtimes import make_runtime
from tests.support.statements import statements_on

URL = "/api/mp/v1/messages"
READ = f"{URL}/read"
ME = "/api/mp/v1/me"
FIRST_MARK = "UPDATE messages SET read_at"


@pytest.fixture
def member_id(sessions):
    return somebody(sessions)


@pytest.fixture
def tell(sessions, member_id):
    """Decide a message to the member; its id, as the phone knows it."""
    return lambda: told(sessions, member_id)


def somebody(sessions):
    """A member to whom nothing was told."""
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        session.execute(delete(Message).where(Message.member_id == member_id))
        return member_id


def told(sessions, member_id):
    with sessions.write.begin() as session:
        return str(make_message(session, member_id).id)


def unread_of(phone):
    """The ids of what is not read, newest first."""
    return [one["id"] for one in phone.get(URL).json["items"] if one["read_at"] is None]


def test_the_anonymous_are_refused(client):
    assert (client.get(URL).status_code, client.post(READ, json={"ids": ["1"]}).status_code) == (401, 401)


def test_who_has_not_joined_has_no_inbox(app, sessions):
    with sessions.write.begin() as session:
        visitor = member_client(app, make_identity(session))
    assert visitor.get(URL).json["code"] == "members.not-joined"
    assert visitor.post(READ, json={"ids": ["1"]}).json["code"] == "members.not-joined"


def test_what_is_no_page_is_refused(phone):
    for cursor in ("x", "bnVsbA", "WzEsMl0"):
        reply = phone.get(URL, query_string={"cursor": cursor})
        assert (reply.status_code, reply.json["code"]) == (400, "paging.bad-cursor")
    assert {phone.get(URL, query_string={"limit": limit}).status_code for limit in (0, 101, "x")} == {422}


def test_what_is_not_exactly_one_of_the_two_wishes_is_refused(phone):
    strange = [{}, {"ids": []}, {"ids": ["1"] * 101}, {"ids": [1]}, {"up_to": 1}, {"up_to": "x"}, {"all": True}]
    for wish in (*strange, {"ids": ["1"], "up_to": "1"}):
        reply = phone.post(READ, json=wish)
        assert (reply.status_code, reply.json["code"]) == (422, "payload.invalid")


@pytest.mark.parametrize("wish", [lambda one: {"ids": [one]}, lambda one: {"up_to": one}])
def test_the_messages_of_others_are_unknown(app, phone, sessions, tell, wish):
    mine, stranger = tell(), somebody(sessions)
    theirs = told(sessions, stranger)
    for unknown in (theirs, "0", str(2**63 - 1)):
        reply = phone.post(READ, json=wish(unknown))
        assert (reply.status_code, reply.json["code"]) == (404, "messages.unknown")
    assert phone.post(READ, json={"ids": [mine, theirs]}).status_code == 404
    assert (unread_of(phone), unread_of(member_client(app, stranger))) == ([mine], [theirs])


def test_a_message_as_the_phone_shows_it(phone, tell):
    told = tell()
    assert phone.get(URL).json == {
        "items": [
            {
                "id": told,
                "kind": "tier_lost",
                "title": "会员等级变更通知",
                "fields": [
                    {"label": "当前等级", "value": "银卡会员"},
                    {"label": "变更时间", "value": "2026年3月1日 09:00"},
                    {"label": "温馨提示", "value": "达到条件后可再次升级"},
                ],
                "page": "pages/card/index",
                "at": "2026-03-01T01:00:00Z",
                "read_at": None,
            }
        ],
        "next_cursor": None,
    }


def test_pages_meet_and_end(phone, tell):
    newest_first = [tell() for _ in range(5)][::-1]
    seen, cursor = [], ""
    while cursor is not None:
        page = phone.get(URL, query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).json
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == newest_first


def test_what_is_read_is_counted_no_more_and_again_changes_nothing(phone, clock, tell):
    first, second, third = (tell() for _ in range(3))
    assert phone.get(ME).json["counts"]["messages"] == 3
    assert phone.post(READ, json={"ids": [second]}).json == {"unread": 2}
    before = phone.get(URL).json
    assert [one["read_at"] for one in before["items"]] == [None, "2026-03-01T01:00:00Z", None]
    clock.move(timedelta(hours=1))
    assert phone.post(READ, json={"ids": [second, second]}).json == {"unread": 2}
    assert phone.get(URL).json == before
    assert phone.post(READ, json={"up_to": second}).json == {"unread": 1}
    assert unread_of(phone) == [third]
    assert phone.get(URL).json["items"][2] | {"fields": []} == before["items"][2] | {
        "id": first,
        "fields": [],
        "read_at": "2026-03-01T02:00:00Z",
    }
    assert [phone.post(READ, json={"up_to": third}).json for _ in range(2)] == [{"unread": 0}] * 2
    assert phone.get(ME).json["counts"]["messages"] == 0


def test_few_statements_are_said(phone, engine, tell):
    told = [tell() for _ in range(9)]
    with statements_on(engine) as listed:
        assert len(phone.get(URL).json["items"]) == 9
    with statements_on(engine) as some:
        phone.post(READ, json={"ids": told[:5]})
    with statements_on(engine) as all_of_them:
        phone.post(READ, json={"up_to": told[-1]})
    # who asks, and the page; or whether the messages are theirs, the mark, and how many are left
    assert (len(listed), len(some), len(all_of_them)) == (2, 4, 4)


@contextmanager
def interrupted(engine, statement, work):
    """Somebody else does `work` when the first statement that begins so is about to be said."""
    done = []

    def note(_connection, _cursor, said, *_rest):
        if said.startswith(statement) and not done:
            done.append(work())

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield done
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("unbounded", [False, True], ids=["", "control"])
def test_what_arrives_while_all_is_read_stays_unread(mariadb, clock, unbounded):
    runtime = make_runtime(mariadb, clock)
    member_id = somebody(runtime.sessions)
    phone = member_client(create_app(runtime), member_id)
    shown = [told(runtime.sessions, member_id) for _ in range(2)]
    asked, instead = "messages.id <= ", "0 <= " if unbounded else "messages.id <= "
    with (
        interrupted(mariadb, FIRST_MARK, lambda: told(runtime.sessions, member_id)) as arrived,
        rewritten(mariadb, asked, instead),
    ):
        assert phone.post(READ, json={"up_to": shown[-1]}).status_code == 200
    assert len(arrived) == 1
    assert unread_of(phone) == ([] if unbounded else arrived)
