from base64 import b64encode

import pytest

from backend import stores
from backend.receipts.rules import mac_of
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.phone import member_client
from tests.support.pictures import picture_file
from tests.support.till import open_till

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

URL = "/api/mp/v1/receipts/claims"
PHOTOS = "/api/mp/v1/receipts/photos"


@pytest.fixture
def store(sessions):
    with sessions.write.begin() as session:
        return make_store(session)


def number(store, **parts):
    return {"number": {"store_code": store.code, "order_no": "A-1", "amount_fen": 10_000, "day": "2026-03-01"} | parts}


def bought(sessions, store):
    with sessions.write.begin() as session:
        make_purchase(session, 10_000, store_id=store.id, order_no="A-1")


def test_the_anonymous_are_refused(client):
    for method, url in (
        ("POST", URL),
        ("GET", URL),
        ("GET", f"{URL}/1"),
        ("POST", f"{URL}/1/cancel"),
        ("POST", PHOTOS),
    ):
        assert client.open(url, method=method, json={} if method == "POST" else None).status_code == 401


def test_a_body_is_one_of_two(phone, store):
    bodies = ({}, {"code": ""}, {"code": "x"} | number(store), number(store, amount_fen=-1), number(store, day="1.3."))
    for body in (*bodies, number(store, order_no="a b"), number(store, store_code="?"), {"code": "x" * 256}):
        assert phone.post(URL, json=body).status_code == 422
    assert phone.post(URL, json={"code": "hello"}).json["code"] == "receipts.code-invalid"
    assert phone.post(URL, json=number(store, store_code="NOWHERE")).json["code"] == "stores.unknown"
    assert phone.post(URL, json=number(store, day="2026-01-01")).json["detail"] == "消费日期须为近 30 天内"


def test_a_code_on_a_receipt_is_scanned(app, phone, sessions, store):
    till = open_till(app, store_id=store.id)
    bought(sessions, store)
    with sessions.read() as session:
        secret = stores.till_key(session, till.app_key).secret
    signed = f"BH1:{till.app_key}:A-1:10000:20260301"
    code, key = f"{signed}:{mac_of(signed, secret)}", {"Idempotency-Key": "scan-1"}
    replies = [phone.post(URL, json={"code": code}, headers=key) for _ in range(2)]
    assert [(one.status_code, one.json["status"], one.json["points"]) for one in replies] == [(201, "settled", 100)] * 2


def test_a_number_waits_is_listed_and_is_given_up(app, phone, sessions, store):
    made = phone.post(URL, json=number(store))
    assert (made.status_code, made.json["status"], made.json["waits_until"]) == (201, "waiting", "2026-03-08T01:00:00Z")
    assert phone.post(URL, json=number(store)).json["code"] == "receipts.already-claimed"
    second = phone.post(URL, json=number(store, order_no="A-2")).json
    first_page = phone.get(URL, query_string={"limit": 1}).json
    assert [one["id"] for one in first_page["items"]] == [second["id"]]
    rest = phone.get(URL, query_string={"limit": 1, "cursor": first_page["next_cursor"]}).json
    assert rest == {"items": [made.json], "next_cursor": None}
    mine = f"{URL}/{made.json['id']}"
    assert phone.get(mine).json == made.json
    with sessions.write.begin() as session:
        stranger = make_member(session).id
    other = member_client(app, stranger)
    assert (other.get(mine).status_code, other.post(f"{mine}/cancel").status_code) == (404, 404)
    assert phone.post(f"{mine}/cancel").json["status"] == "cancelled"
    assert phone.post(f"{mine}/cancel").json["code"] == "receipts.not-open"


def test_guessing_is_stopped(phone, store):
    replies = [phone.post(URL, json=number(store, order_no=f"G-{guess}")) for guess in range(11)]
    assert [one.status_code for one in replies] == [201] * 10 + [429]


def test_a_photograph_is_looked_at_by_people(phone):
    picture = b64encode(picture_file(colour="white")).decode()
    reply = phone.post(PHOTOS, json={"picture": picture})
    assert (reply.status_code, reply.json["status"], reply.json["way"]) == (201, "review", "photo")
    assert phone.post(PHOTOS, json={"picture": picture}).json["code"] == "receipts.picture-known"
    for unreadable in ("???", "照片", "abc"):
        assert phone.post(PHOTOS, json={"picture": unreadable}).json["code"] == "receipts.picture-unreadable"
    text = b64encode(b"no picture").decode()
    assert phone.post(PHOTOS, json={"picture": text}).status_code == 422
