from datetime import timedelta

import pytest

from backend import bookings
from tests.factories.bookings import HOUR, TEN, make_booking
from tests.factories.tiers import listen
from tests.support.clocks import MORNING


@pytest.fixture
def booked(session, service, member_id):
    return make_booking(session, member_id, service, TEN + timedelta(days=5))


def due(session, now):
    session.flush()
    found = bookings.due_to_remind(session, now=now, limit=9)
    if found:
        assert bookings.due_to_remind(session, now=now, limit=9, after=found[-1]) == []
    return [booking_id for _, booking_id in found]


def remind(session, booked, now):
    said = listen(session)
    bookings.remind_due(session, booked.id, now=now)
    return [(type(one), one.starts_at) for one in said]


def test_a_day_and_two_hours_before_each_once(session, booked):
    told = [(bookings.BookingNear, booked.starts_at)]
    assert due(session, booked.starts_at - 25 * HOUR) == []
    for before in (24 * HOUR, 2 * HOUR):
        now = booked.starts_at - before
        assert due(session, now) == [booked.id]
        assert remind(session, booked, now) == told
        assert due(session, now) == []
        assert remind(session, booked, now) == []
    assert due(session, booked.starts_at) == []


def test_both_due_at_once_are_one(session, booked):
    now = booked.starts_at - HOUR
    assert len(remind(session, booked, now)) == 1
    assert due(session, now) == []


def test_who_books_for_tomorrow_is_reminded_once(session, service, member_id):
    late = make_booking(session, member_id, service, now=TEN - 20 * HOUR)
    assert due(session, TEN - 19 * HOUR) == []
    assert due(session, TEN - HOUR) == [late.id]


def test_what_was_moved_is_reminded_of_anew_and_what_was_cancelled_is_not(session, booked, member_id):
    remind(session, booked, booked.starts_at - 24 * HOUR)
    wish = bookings.Wish(booked.starts_at + timedelta(days=3))
    bookings.move(session, booked.id, wish, member_id=member_id, desk=None, now=MORNING)
    assert due(session, booked.starts_at - 24 * HOUR) == [booked.id]
    bookings.cancel(session, booked.id, member_id=member_id, now=MORNING)
    assert due(session, booked.starts_at - HOUR) == []
    assert remind(session, booked, booked.starts_at - HOUR) == []
