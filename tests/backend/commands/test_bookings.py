from datetime import timedelta

import pytest

from backend import bookings, stores
from tests.factories.benefits import offer
from tests.factories.bookings import TEN, advising, make_booking, shopping
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.stores import make_store

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BY = ("--by", "anna", "--reason", "安排")
NOON = "2026-03-02T12:00"


@pytest.fixture
def member(sessions):
    with sessions.write.begin() as session:
        offer(session, shopping(), advising())
        make_operator(session, login="anna")
        store = make_store(session, code="NJ")
        for code, name in (("G1", "李婷"), ("G2", "王芳")):
            stores.create_staff(session, store.id, code=code, name=name, role="guide")
        return make_member(session)


@pytest.fixture
def service(answer, member):
    made = answer(
        "bookings", "add-service", "styling", "衣橱管理", "--store", "NJ", "--benefit", "shopper", "--minutes", 60
    )
    for code in ("G1", "G2"):
        answer("bookings", "open-calendar", "NJ", code, "--hours", "mon=10:00-18:00", "--phone", "13800138000")
    assert answer("bookings", "set-staff", "styling", "G1") == made
    return made


@pytest.fixture
def booked(sessions, member, service):
    with sessions.write.begin() as session:
        return make_booking(session, member.id, bookings.service_by_code(session, "styling"))


def test_a_service_is_listed_and_taken_off(answer, flask, service):
    assert answer("bookings", "services") == [service]
    assert answer("bookings", "offer", "styling", "--off")["offered"] is False
    assert answer("bookings", "offer", "styling")["offered"] is True
    assert flask("bookings", "offer", "nothing").exit_code == 1


@pytest.mark.parametrize("hours", ["mon", "day=10:00-18:00", "mon=10-18", "mon=18:00-10:00"])
def test_hours_that_cannot_be(flask, service, hours):
    assert flask("bookings", "open-calendar", "NJ", "G1", "--hours", hours).exit_code != 0


def test_a_leave_tells_whom_it_meets(answer, flask, service, booked):
    met = answer("bookings", "add-leave", "NJ", "G1", "2026-03-02T09:00", NOON, *BY)
    assert [one["booking"] for one in met] == [str(booked.id)]
    (leave,) = answer("bookings", "leaves", "NJ", "G1")
    assert flask("bookings", "drop-leave", leave["leave"]).exit_code == 0
    assert answer("bookings", "leaves", "NJ", "G1") == []


def test_appointments_are_listed_moved_and_called_off(answer, flask, booked):
    day = ("--day", "2026-03-02")
    assert [one["booking"] for one in answer("bookings", "list", "NJ", *day)] == [str(booked.id)]
    assert answer("bookings", "list", "NJ", *day, "--staff", "G2") == []
    assert answer("bookings", "list", "NJ", *day, "--after", booked.id) == []
    assert answer("bookings", "move", booked.id, NOON, *BY)["starts_at"] == "2026-03-02T12:00:00+08:00"
    assert answer("bookings", "cancel", booked.id, *BY)["status"] == "cancelled"
    assert flask("bookings", "move", booked.id, NOON, *BY).exit_code == 1


def test_what_became_of_it(answer, flask, clock, booked):
    assert flask("bookings", "conclude", booked.id, "done", "--by", "anna").exit_code == 1
    clock.set(TEN + timedelta(hours=1))
    assert answer("bookings", "conclude", booked.id, "done", "--by", "anna")["status"] == "done"
