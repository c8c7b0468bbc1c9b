from datetime import timedelta

import pytest

from backend import points
from backend.points.models import CANCEL, EARN, EXPIRE, SPEND, TAKE_BACK
from miniprogram_api.points import WORDS_BY_KIND
from tests.factories.mall import give_points
from tests.factories.members import make_identity, make_member
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.statements import statements_on

URL = "/api/mp/v1/points"
STATEMENT = "/api/mp/v1/points/entries"


def move(sessions, member_id, verb, amount, source, **more):
    with sessions.write.begin() as session:
        account = points.lock(session, member_id, now=MORNING)
        getattr(points, verb)(session, account, amount, source=points.Source(source, 1), now=MORNING, **more)


def test_the_anonymous_are_refused(client):
    assert client.get(URL).status_code == 401
    assert client.get(STATEMENT).status_code == 401


def test_who_has_not_joined_is_refused(app, sessions):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    for url in (URL, STATEMENT):
        assert member_client(app, visitor).get(url).status_code == 403


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMl0"])
def test_a_cursor_that_was_not_given_out_is_refused(phone, cursor):
    reply = phone.get(STATEMENT, query_string={"cursor": cursor})
    assert (reply.status_code, reply.json["code"]) == (400, "paging.bad-cursor")


@pytest.mark.parametrize("limit", [0, 101, "x"])
def test_a_page_has_a_limit(phone, limit):
    assert phone.get(STATEMENT, query_string={"limit": limit}).status_code == 422


def test_the_balance_in_its_parts(app, phone, sessions, member_id, clock):
    with sessions.write.begin() as session:
        give_points(session, member_id, 30, months=1)
        give_points(session, member_id, 7, months=0)
    parts = {"held": 0, "pending": 0, "debt": 0}
    year = {"expires_on": "2027-03-01", "points": 100}
    month = {"expires_on": "2026-04-01", "points": 30}
    assert phone.get(URL).json == {"available": 137, "expiring": [month, year], **parts}
    clock.move(timedelta(days=40))
    # nothing has swept the account yet; forty days need a new token
    assert member_client(app, member_id).get(URL).json == {"available": 107, "expiring": [year], **parts}


def test_a_debt_is_shown(phone, sessions, member_id):
    move(sessions, member_id, "credit", 10, "purchase")
    move(sessions, member_id, "take_back", 130, "refund", of=points.Source("purchase", 1))
    shown = phone.get(URL).json
    assert (shown["available"], shown["debt"], shown["expiring"]) == (0, 20, [])


def test_the_statement_in_words_newest_first(phone, sessions, member_id):
    move(sessions, member_id, "credit", 50, "purchase")
    move(sessions, member_id, "take_back", 20, "refund", of=points.Source("purchase", 1))
    move(sessions, member_id, "spend", 60, "exchange")
    with sessions.write.begin() as session:
        account = points.lock(session, member_id, now=MORNING)
        undone = points.Source("exchange-cancel", 1)
        points.cancel(session, account, spent=points.Source("exchange", 1), source=undone, now=MORNING)
    move(sessions, member_id, "credit", 1, "survey")
    statement = phone.get(STATEMENT).json
    lines = [(line["seq"], line["kind"], line["words"], line["amount"]) for line in statement["items"]]
    assert lines == [
        (6, "earn", "积分获得", 1),
        (5, "cancel", "兑换取消退回", 60),
        (4, "spend", "积分兑换", -60),
        (3, "take-back", "退货扣回", -20),
        (2, "earn", "消费获得", 50),
        (1, "earn", "入会礼", 100),
    ]
    assert statement["items"][-1] | {"words": ""} == {
        "seq": 1,
        "kind": "earn",
        "words": "",
        "amount": 100,
        "balance_after": 100,
        "at": "2026-03-01T01:00:00Z",
    }
    assert statement["next_cursor"] is None


def test_every_kind_of_movement_has_words():
    assert set(WORDS_BY_KIND) == {EARN, SPEND, TAKE_BACK, CANCEL, EXPIRE}


def test_pages_meet_and_end(phone, sessions, member_id):
    with sessions.write.begin() as session:
        for amount in range(1, 5):
            give_points(session, member_id, amount)
    seen, cursor = [], ""
    while cursor is not None:
        page = phone.get(STATEMENT, query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).json
        seen += [line["amount"] for line in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [4, 3, 2, 1, 100]


def test_one_member_sees_nothing_of_another(app, phone, sessions, member_id):
    move(sessions, member_id, "credit", 50, "purchase")
    with sessions.write.begin() as session:
        other = make_member(session).id
    stranger = member_client(app, other)
    assert stranger.get(URL).json["available"] == 100
    assert len(stranger.get(STATEMENT).json["items"]) == 1


def test_few_statements_are_said(phone, engine):
    with statements_on(engine) as balance:
        phone.get(URL)
    with statements_on(engine) as statement:
        phone.get(STATEMENT)
    assert (len(balance), len(statement)) == (3, 2)
