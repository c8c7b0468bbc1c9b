"""Nobody is booked twice, whoever books at once: over real connections, with a negative control."""

from contextlib import suppress

import pytest
from sqlalchemy import func, select

from backend import benefits, bookings
from backend.bookings.models import Booking, Grain
from backend.kit.clock import FixedClock
from backend.kit.db import run
from tests.factories.benefits import offer
from tests.factories.bookings import SHOPPER, TEN, make_booking, make_service, shopping
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting, rewritten
from tests.support.races import race
from tests.support.runtimes import make_runtime

STAFF, MEMBERS = 3, 20


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


def shop(sessions, *, staff, members):
    """A service that so many people can do, and who wants it."""

    def fill(session):
        return make_service(session, staff=staff), [make_member(session).id for _ in range(members)]

    return run(sessions.write, fill)


def book_all(sessions, service, member_ids):
    """How many of some members had the same hour at once."""

    def book(number):
        try:
            run(sessions.write, lambda session: make_booking(session, member_ids[number], service))
        except bookings.SlotTaken:
            return False
        return True

    return race(len(member_ids), book).count(True)


def test_as_many_are_booked_as_there_are_to_serve(sessions):
    service, member_ids = shop(sessions, staff=STAFF, members=MEMBERS)
    assert book_all(sessions, service, member_ids) == STAFF
    with sessions.read() as session:
        assert session.scalar(select(func.count(func.distinct(Booking.staff_id)))) == STAFF
        assert session.scalar(select(func.count()).select_from(Grain)) == 5 * STAFF


def test_without_locks_and_keys_two_have_the_same_hour(mariadb, sessions):
    """The negative control."""
    service, member_ids = shop(sessions, staff=1, members=2)
    keyless = rewritten(mariadb, "INSERT INTO booking_grains", "INSERT IGNORE INTO booking_grains")
    with lockless(mariadb), keyless, meeting(mariadb, "INSERT INTO bookings", patience=20):
        assert book_all(sessions, service, member_ids) == 2


def test_the_key_alone_refuses_the_second(mariadb, sessions):
    """Without any lock the net beneath holds: one of two is refused, and nothing of it stays."""
    service, member_ids = shop(sessions, staff=1, members=2)
    with lockless(mariadb), meeting(mariadb, "INSERT INTO bookings", patience=20):
        assert book_all(sessions, service, member_ids) == 1
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Booking)) == 1


def test_one_member_books_the_last_of_the_quota_once(sessions):
    service, (member_id,) = shop(sessions, staff=STAFF, members=1)
    run(sessions.write, lambda session: offer(session, shopping(quotas={"basic": {"amount": 1, "per": "month"}})))

    def book(number):
        at = TEN.replace(hour=TEN.hour + 2 * (number % 4))
        with suppress(benefits.QuotaUsedUp, bookings.MemberBusy):
            run(sessions.write, lambda session: make_booking(session, member_id, service, at))
            return True
        return False

    assert race(8, book).count(True) == 1


def test_cancelled_and_called_off_at_once_gives_back_once(sessions):
    service, (member_id,) = shop(sessions, staff=1, members=1)
    booked = run(sessions.write, lambda session: make_booking(session, member_id, service))

    def end(number):
        def work(session):
            if number % 2:
                bookings.cancel(session, booked.id, member_id=member_id, now=MORNING)
            else:
                bookings.call_off(session, booked.id, desk=bookings.Desk("anna", "停业"), now=MORNING)

        run(sessions.write, work)

    race(6, end)
    with sessions.read() as session:
        (shown,) = [
            one for one in benefits.catalogue(session, member_id, now=MORNING).benefits if one.benefit.code == SHOPPER
        ]
        assert shown.used == 0
        assert session.scalar(select(func.count()).select_from(Grain)) == 0


def test_a_time_that_is_given_up_goes_to_one_at_most(sessions):
    service, (first_id, *others) = shop(sessions, staff=1, members=4)
    booked = run(sessions.write, lambda session: make_booking(session, first_id, service))

    def act(number):
        if number == 0:
            run(sessions.write, lambda session: bookings.cancel(session, booked.id, member_id=first_id, now=MORNING))
            return False
        try:
            run(sessions.write, lambda session: make_booking(session, others[number - 1], service))
        except bookings.SlotTaken:
            return False
        return True

    taken = race(4, act).count(True)
    with sessions.read() as session:
        standing = session.scalar(select(func.count()).select_from(Booking).where(Booking.status == "booked"))
        assert standing == taken <= 1
