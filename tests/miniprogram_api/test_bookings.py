import pytest

from backend import bookings, stores
from backend.bookings.slots import staff_of
from tests.factories.bookings import TEN, make_service
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.phone import member_client

URL = "/api/mp/v1/bookings"
BENEFIT = "/api/mp/v1/benefits/shopper"
AT = "2026-03-02T10:00:00+08:00"
NOON = "2026-03-02T12:00:00+08:00"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def service(sessions):
    with sessions.write.begin() as session:
        return make_service(session)


@pytest.fixture
def booked(phone, service):
    return phone.post(f"{BENEFIT}/bookings", json={"service_id": str(service.id), "starts_at": AT}).json


def test_the_anonymous_are_refused(client):
    got = [client.get(path) for path in (URL, f"{URL}/1", f"{BENEFIT}/services", f"{BENEFIT}/slots")]
    said = [client.post(path, json={}) for path in (f"{BENEFIT}/bookings", f"{URL}/1/cancel", f"{URL}/1/feedback")]
    said += [client.post(f"{URL}/1/reschedule", json={}), client.get("/api/mp/v1/benefits/adviser")]
    assert {reply.status_code for reply in got + said} == {401}


def test_services_and_slots(phone, service):
    assert phone.get(f"{BENEFIT}/services").json["items"] == [
        {
            "id": str(service.id),
            "name": "私人导购一小时",
            "store_id": str(service.store_id),
            "store": "徐汇店",
            "minutes": 60,
            "cancel_hours": 24,
        }
    ]
    asked = {"service_id": str(service.id), "day": "2026-03-02"}
    (first, *rest) = phone.get(f"{BENEFIT}/slots", query_string=asked).json["items"]
    assert (first["starts_at"], first["staff"][0]["name"], len(rest)) == ("2026-03-02T02:00:00Z", "李婷", 14)
    assert phone.get(f"{BENEFIT}/slots", query_string=asked | {"day": "soon"}).status_code == 422
    assert phone.get(f"{BENEFIT}/slots", query_string=asked | {"service_id": "1"}).status_code == 404
    assert phone.get("/api/mp/v1/benefits/nothing/services").json["code"] == "benefits.unknown"


def test_booked_once_a_key(phone, service):
    wish, key = {"service_id": str(service.id), "starts_at": AT}, {"Idempotency-Key": "k-1"}
    made = phone.post(f"{BENEFIT}/bookings", json=wish, headers=key)
    assert (made.status_code, made.json["status"], made.json["staff"], made.json["store"]) == (
        201,
        "booked",
        "李婷",
        "徐汇店",
    )
    assert phone.post(f"{BENEFIT}/bookings", json=wish, headers=key).json == made.json
    assert phone.post(f"{BENEFIT}/bookings", json=wish).json["code"] == "bookings.member-busy"
    assert phone.get(f"{URL}/{made.json['id']}").json == made.json


def test_page_by_page(phone, service, booked):
    later = phone.post(f"{BENEFIT}/bookings", json={"service_id": str(service.id), "starts_at": NOON}).json
    first = phone.get(URL, query_string={"limit": 1}).json
    rest = phone.get(URL, query_string={"cursor": first["next_cursor"]}).json
    assert [first["items"], rest["items"], rest["next_cursor"]] == [[later], [booked], None]


def test_moved_and_cancelled(phone, booked):
    moved = phone.post(f"{URL}/{booked['id']}/reschedule", json={"starts_at": NOON}).json
    assert (moved["starts_at"], moved["status"]) == ("2026-03-02T04:00:00Z", "booked")
    gone = phone.post(f"{URL}/{booked['id']}/cancel")
    assert (gone.status_code, gone.json["status"]) == (200, "cancelled")
    assert phone.post(f"{URL}/{booked['id']}/cancel").json == gone.json
    assert phone.post(f"{URL}/{booked['id']}/reschedule", json={"starts_at": AT}).json["code"] == "bookings.ended"


def test_feedback(phone, sessions, clock, booked):
    say = f"{URL}/{booked['id']}/feedback"
    assert phone.post(say, json={"rating": 5}).json["code"] == "bookings.not-done"
    with sessions.write.begin() as session:
        bookings.conclude(session, int(booked["id"]), "done", by="anna", now=TEN)
    clock.set(TEN)
    assert phone.post(say, json={"rating": 6}).status_code == 422
    assert phone.post(say, json={"rating": 5, "text": "好" * 201}).json["code"] == "bookings.feedback-refused"
    said = phone.post(say, json={"rating": 5, "text": "很专业"}).json
    assert (said["status"], said["rating"], said["feedback"]) == ("done", 5, "很专业")
    assert phone.post(say, json={"rating": 1}).json["code"] == "bookings.feedback-given"


def test_anothers_is_unknown(app, sessions, booked):
    with sessions.write.begin() as session:
        other_id = make_member(session).id
    other = member_client(app, other_id)
    for reply in (other.get(f"{URL}/{booked['id']}"), other.post(f"{URL}/{booked['id']}/cancel")):
        assert (reply.status_code, reply.json["code"]) == (404, "bookings.unknown")


def test_my_adviser(phone, sessions, member_id, service):
    assert phone.get("/api/mp/v1/benefits/adviser").json["code"] == "bookings.adviser-unknown"
    with sessions.write.begin() as session:
        (staff_id,) = staff_of(session, service)
        bookings.open_calendar(session, staff_id, phone="13800138000")
        bookings.assign(session, member_id, staff_id, by="anna", reason="分配", now=MORNING)
        assert stores.staff_names(session, [staff_id]) == {staff_id: "李婷"}
    found = phone.get("/api/mp/v1/benefits/adviser").json
    assert found == {"name": "李婷", "phone": "13800138000", "store": "徐汇店", "since": "2026-03-01T01:00:00Z"}
