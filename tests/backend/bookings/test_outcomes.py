from datetime import timedelta

import pytest

from backend import bookings
from tests.factories.bookings import TEN, make_booking
from tests.factories.members import make_member
from tests.support.clocks import MORNING

AFTER = TEN + timedelta(hours=2)


@pytest.fixture
def booked(session, service, member_id):
    return make_booking(session, member_id, service)


@pytest.fixture
def say(session, booked, member_id):
    def feedback(rating=5, text="很专业", now=AFTER, who=member_id):
        return bookings.give_feedback(session, booked.id, member_id=who, rating=rating, text=text, now=now)

    return feedback


def test_what_became_of_it_is_said_and_corrected(session, booked, service):
    with pytest.raises(bookings.TooEarly):
        bookings.conclude(session, booked.id, "done", by="anna", now=MORNING)
    for outcome in ("no-show", "no-show", "done"):
        done = bookings.conclude(session, booked.id, outcome, by="till:1", store_id=service.store_id, now=AFTER)
        assert (done.status, done.ended_by) == (outcome, "till:1")
    with pytest.raises(bookings.BookingUnknown):
        bookings.conclude(session, booked.id, "done", by="till:2", store_id=1, now=AFTER)


def test_of_what_was_cancelled_nothing_became(session, booked, member_id):
    bookings.cancel(session, booked.id, member_id=member_id, now=MORNING)
    with pytest.raises(bookings.BookingEnded):
        bookings.conclude(session, booked.id, "done", by="anna", now=AFTER)


def test_feedback_once_sealed(session, booked, say):
    with pytest.raises(bookings.NotDone):
        say()
    bookings.conclude(session, booked.id, "done", by="anna", now=AFTER)
    rated = say()
    assert (rated.rating, rated.rated_at, bookings.feedback(session, rated)) == (5, AFTER, "很专业")
    assert "很专业".encode() not in rated.feedback_sealed
    with pytest.raises(bookings.FeedbackGiven):
        say(1)
    with pytest.raises(bookings.FeedbackGiven):
        bookings.conclude(session, booked.id, "no-show", by="anna", now=AFTER)


def test_feedback_within_a_month_by_whose_it_was(session, booked, say):
    bookings.conclude(session, booked.id, "done", by="anna", now=AFTER)
    with pytest.raises(bookings.NotDone):
        say(now=AFTER + timedelta(days=30))
    with pytest.raises(bookings.BookingUnknown):
        say(who=make_member(session).id)
    assert bookings.feedback(session, say(text=" ")) is None
