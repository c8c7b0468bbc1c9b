from datetime import timedelta

import pytest

from backend import mall, points
from tests.factories.mall import give_points, make_item
from tests.factories.members import make_identity, make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.statements import statements_on

URL = "/api/mp/v1/points"
STATEMENT = f"{URL}/entries"
PENDING, HOLDS, THEN = f"{URL}/pending", f"{URL}/holds", f"{URL}/balance"
ALL = (URL, STATEMENT, PENDING, HOLDS, f"{THEN}?at=2026-03-01T01:00:00Z")


def move(sessions, member_id, verb, amount, source, **more):
    with sessions.write.begin() as session:
        account = points.lock(session, member_id, now=MORNING)
        getattr(points, verb)(session, account, amount, source=points.Source(source, 1), now=MORNING, **more)


def test_the_anonymous_are_refused(client):
    assert {client.get(url).status_code for url in ALL} == {401}


def test_who_has_not_joined_is_refused(app, sessions):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    assert {member_client(app, visitor).get(url).status_code for url in ALL} == {403}


@pytest.mark.parametrize("url", [STATEMENT, PENDING, HOLDS])
@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMl0"])
def test_a_cursor_that_was_not_given_out_is_refused(phone, url, cursor):
    reply = phone.get(url, query_string={"cursor": cursor})
    assert (reply.status_code, reply.json["code"]) == (400, "paging.bad-cursor")


@pytest.mark.parametrize("limit", [0, 101, "x"])
def test_a_page_has_a_limit(phone, limit):
    assert phone.get(STATEMENT, query_string={"limit": limit}).status_code == 422


def test_the_balance_in_its_parts(app, phone, sessions, member_id, clock):
    with sessions.write.begin() as session:
        give_points(session, member_id, 30, expiry=points.Expiry("months", 1))
        give_points(session, member_id, 7, expiry=points.Expiry("never"))
    parts = {"held": 0, "pending": 0, "debt": 0, "settling": []}
    year = {"expires_on": "2027-03-01", "points": 100}
    month = {"expires_on": "2026-04-01", "points": 30}
    assert phone.get(URL).json == {"available": 137, "expiring": [month, year], **parts}
    clock.move(timedelta(days=40))
    # nothing has swept the account yet; forty days need a new token
    assert member_client(app, member_id).get(URL).json == {"available": 107, "expiring": [year], **parts}


def test_a_debt_is_shown(phone, sessions, member_id):
    move(sessions, member_id, "credit", 10, "purchase")
    move(sessions, member_id, "take_back", 130, "refund", of=[points.Source("purchase", 1)])
    shown = phone.get(URL).json
    assert (shown["available"], shown["debt"], shown["expiring"]) == (0, 20, [])


def test_the_statement_in_words_newest_first(phone, sessions, member_id):
    move(sessions, member_id, "credit", 50, "purchase")
    move(sessions, member_id, "take_back", 20, "refund", of=[points.Source("purchase", 1)])
    move(sessions, member_id, "spend", 60, "exchange")
    with sessions.write.begin() as session:
        account = points.lock(session, member_id, now=MORNING)
        undone = points.Source("exchange-cancel", 1)
        points.cancel(session, account, spent=points.Source("exchange", 1), source=undone, now=MORNING)
    move(sessions, member_id, "credit", 1, "something new")
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
        "link": None,
    }
    assert statement["next_cursor"] is None


def test_a_line_leads_to_what_caused_it(phone, sessions, member_id):
    with sessions.write.begin() as session:
        made = make_purchase(session, 5_000, store_id=make_store(session).id, member_id=member_id)
    link = {"kind": "purchase", "id": made.order_no, "words": f"南京路店 {made.order_no}"}
    assert phone.get(STATEMENT).json["items"][0]["link"] == link


def test_the_statement_of_a_month(phone, sessions, member_id):
    with sessions.write.begin() as session:
        give_points(session, member_id, 7, now=MORNING + timedelta(days=31))

    def amounts(month):
        return [line["amount"] for line in phone.get(STATEMENT, query_string={"month": month}).json["items"]]

    assert (amounts("2026-03"), amounts("2026-04"), amounts("2026-05")) == ([100], [7], [])


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-3", "x"])
def test_what_is_no_month_is_refused(phone, month):
    assert phone.get(STATEMENT, query_string={"month": month}).status_code == 422


def test_points_of_a_sale_are_pending_until_goods_come_back_no_more(app, phone, sessions, member_id, clock):
    with sessions.write.begin() as session:
        store = make_store(session, return_days=7)
        made = make_purchase(session, 5_000, store_id=store.id, member_id=member_id)
    shown = phone.get(URL).json
    assert (shown["available"], shown["pending"]) == (100, 50)
    assert shown["settling"] == [{"settles_on": "2026-03-09", "points": 50}]
    (waiting,) = phone.get(PENDING).json["items"]
    assert waiting == {
        "words": "消费获得",
        "points": 50,
        "since_at": "2026-03-01T01:00:00Z",
        "until_at": "2026-03-08T16:00:00Z",
        "link": {"kind": "purchase", "id": made.order_no, "words": f"南京路店 {made.order_no}"},
    }
    clock.move(timedelta(days=8))
    shown = member_client(app, member_id).get(URL).json  # before any job has run
    assert (shown["available"], shown["pending"], shown["settling"]) == (150, 0, [])


def test_points_of_an_exchange_are_shown_as_set_aside(phone, sessions, member_id, rng):
    with sessions.write.begin() as session:
        item, store = make_item(session, price=60), make_store(session)
        order = mall.exchange(session, member_id, {item.id: 1}, store_id=store.id, rng=rng, now=MORNING)
    shown = phone.get(URL).json
    assert (shown["available"], shown["held"]) == (40, 60)
    assert phone.get(HOLDS).json["items"] == [
        {
            "words": "积分兑换",
            "points": 60,
            "since_at": "2026-03-01T01:00:00Z",
            "until_at": "2026-03-15T16:00:00Z",
            "link": {"kind": "exchange", "id": order.no, "words": f"陶瓷杯 {order.no}"},
        }
    ]


def hold(session, account, amount, *, source, now):
    points.reserve(session, account, amount, source=source, until=None, now=now)


def promise(session, account, amount, *, source, now):
    points.promise(session, account, amount, source=source, settles_at=now + timedelta(days=7), now=now)


@pytest.mark.parametrize(("url", "verb"), [(PENDING, promise), (HOLDS, hold)])
def test_pages_of_what_is_parked_meet_and_end(phone, sessions, member_id, url, verb):
    with sessions.write.begin() as session:
        account = points.lock(session, member_id, now=MORNING)
        for number in range(1, 6):
            verb(session, account, number, source=points.Source("exchange", f"n{number}"), now=MORNING)
    seen, cursor = [], ""
    while cursor is not None:
        page = phone.get(url, query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).json
        seen += [one["points"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [1, 2, 3, 4, 5]


def test_the_balance_of_any_past_instant(phone, sessions, member_id, clock):
    clock.move(timedelta(hours=2))
    with sessions.write.begin() as session:
        give_points(session, member_id, 7, now=MORNING + timedelta(hours=1))

    def then(at):
        return phone.get(THEN, query_string={"at": at})

    assert then("2026-03-01T09:59:59.999999+08:00").json == {"at": "2026-03-01T01:59:59.999999Z", "balance": 100}
    assert then("2026-03-01T02:00:00Z").json["balance"] == 107
    assert then("2026-02-28T02:00:00Z").json["balance"] == 0
    ahead = then("2026-03-01T03:00:00.000001Z")
    assert (ahead.status_code, ahead.json["code"]) == (422, "insights.instant-ahead")
    assert {then(at).status_code for at in ("2026-03-01T02:00:00", "yesterday", "")} == {422}


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
