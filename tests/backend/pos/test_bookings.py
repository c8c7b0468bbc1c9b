import pytest

from backend import members
from tests.factories.bookings import TEN, make_booking, make_service
from tests.support.till import open_till

NOON = "2026-03-02T12:00:00+08:00"
DAY = "/bookings?day=2026-03-02"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def booked(sessions, member):
    with sessions.write.begin() as session:
        return make_booking(session, member.id, make_service(session))


@pytest.fixture
def till(app, booked):
    return open_till(app, store_id=booked.store_id)


def test_who_may_not(client, app, booked):
    assert client.get(f"/api/pos/v1{DAY}").status_code == 401
    other = open_till(app, scopes=frozenset({"parking"}))
    assert other.get(DAY).json["code"] == "pos.out-of-scope"
    stranger = open_till(app)
    assert stranger.get(DAY).json["items"] == []
    assert stranger.post(f"/bookings/{booked.id}/cancel", {"reason": "x"}).json["code"] == "bookings.unknown"


def test_the_day_of_the_store(till, booked, sessions, member):
    (one,) = till.get(DAY).json["items"]
    with sessions.read() as session:
        assert one["name"] == members.masked_names(session, [member.id])[member.id]
    assert (one["id"], one["staff"], one["status"]) == (str(booked.id), "李婷", "booked")
    assert till.get("/bookings?day=2026-03-03").json == {"items": [], "next_cursor": None}
    assert till.get("/bookings").status_code == 422


def test_moved_and_called_off(till, booked):
    moved = till.post(f"/bookings/{booked.id}/reschedule", {"starts_at": NOON, "reason": "顾问开会"})
    assert (moved.status_code, moved.json["starts_at"]) == (200, "2026-03-02T04:00:00Z")
    assert till.post(f"/bookings/{booked.id}/cancel", {"reason": " "}).json["code"] == "benefits.reason-refused"
    gone = till.post(f"/bookings/{booked.id}/cancel", {"reason": "顾问请假"})
    assert gone.json["status"] == "cancelled"
    assert till.post(f"/bookings/{booked.id}/cancel", {"reason": "顾问请假"}).json == gone.json


def test_what_became_of_it(till, booked, clock):
    path = f"/bookings/{booked.id}/outcome"
    assert till.post(path, {"outcome": "done"}).json["code"] == "bookings.too-early"
    clock.set(TEN)
    assert till.post(path, {"outcome": "gone"}).status_code == 422
    assert till.post(path, {"outcome": "no-show"}).json["status"] == "no-show"
    assert till.post(path, {"outcome": "done"}).json["status"] == "done"
