from datetime import timedelta

import pytest

from backend import lifecycle, members
from backend.kit.db import run
from tests.factories.books import change_book
from tests.factories.members import make_identity
from tests.support.phone import member_client

URL = "/api/mp/v1/me/closure"
LOST = {"points": 100, "pending": 0, "debt": 0, "tier": "普通"}
NONE = {"status": "none", "asked_at": None, "closes_at": None, "lost": LOST}
RUNNING = {
    "status": "running",
    "asked_at": "2026-03-01T01:00:00Z",
    "closes_at": "2026-03-08T01:00:00Z",
    "lost": LOST,
}
DAYS = timedelta(days=3)  # a token is good for seven


def test_the_anonymous_are_refused(client):
    for reply in (client.get(URL), client.post(URL, json={}), client.delete(URL)):
        assert reply.status_code == 401


def test_who_has_not_joined_has_nothing_to_leave(app, sessions):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    phone = member_client(app, visitor)
    for reply in (phone.get(URL), phone.post(URL, json={"confirm": True}), phone.delete(URL)):
        assert (reply.status_code, reply.json["code"]) == (403, "members.not-joined")


def test_unconfirmed_nothing_begins_and_what_would_be_lost_is_told(phone):
    for body in ({}, {"confirm": False}):
        reply = phone.post(URL, json=body)
        assert (reply.status_code, reply.json) == (200, NONE)
    assert phone.get(URL).json == NONE
    assert phone.post(URL, json={"confirm": "maybe"}).status_code == 422


def test_asking_taking_back_and_asking_again(phone):
    assert [phone.post(URL, json={"confirm": True}).status_code for _ in range(2)] == [201, 200]
    assert phone.get(URL).json == RUNNING
    taken_back = phone.delete(URL)
    assert (taken_back.status_code, taken_back.json) == (200, NONE)
    again = phone.delete(URL)
    assert (again.status_code, again.json["code"]) == (404, "lifecycle.not-closing")
    assert phone.post(URL, json={"confirm": True}).status_code == 201


def test_meanwhile_the_card_works(phone, clock):
    phone.post(URL, json={"confirm": True})
    clock.move(DAYS)
    assert phone.get("/api/mp/v1/me/card").status_code == 200
    assert phone.post("/api/mp/v1/check-ins").status_code == 201


def test_a_blocked_member_may_leave_too(phone, sessions, member_id):
    run(sessions.write, lambda session: members.block(session, member_id))
    assert phone.get("/api/mp/v1/me").status_code == 403
    assert phone.post(URL, json={"confirm": True}).status_code == 201
    assert phone.get(URL).json["status"] == "running"


@pytest.fixture
def left(phone, clock, sessions, member_id):
    """The phone of a member who has left."""
    run(sessions.write, lambda session: change_book(session, lifecycle.KIND, cooling_off_days=DAYS.days))
    phone.post(URL, json={"confirm": True})
    clock.move(DAYS)

    def close(session):
        closure = lifecycle.running(session, member_id)
        assert lifecycle.close_due(session, closure.id, now=clock.now())

    run(sessions.write, close)
    return phone


def test_whose_membership_is_closed_signs_in_anew_as_a_stranger(left):
    for reply in (left.get(URL), left.get("/api/mp/v1/me"), left.get("/api/mp/v1/me/card")):
        assert (reply.status_code, reply.json["code"]) == (401, "members.identity-unknown")
