import pytest
from sqlalchemy import select

from backend import bookings, messaging
from backend.messaging.models import Message
from tests.factories.bookings import TEN
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def runtime(engine, clock):
    """Deciding asks nobody."""
    return make_runtime(engine, clock)


def heard(session, member_id):
    session.flush()
    ours = Message.member_id == member_id, Message.template != "joined"
    return [(one.template, one.words) for one in session.scalars(select(Message).where(*ours).order_by(Message.id))]


@pytest.mark.parametrize(
    ("verb", "fact", "template", "more"),
    [
        (messaging.tell_booking_confirmed, bookings.BookingConfirmed, "booking_confirmed", {}),
        (messaging.tell_booking_changed, bookings.BookingChanged, "booking_changed", {}),
        (messaging.tell_booking_near, bookings.BookingNear, "booking_reminder", {}),
        (messaging.tell_booking_cancelled, bookings.BookingCancelled, "booking_cancelled", {"why": "请假"}),
    ],
)
def test_an_appointment_is_told_with_its_place_and_time(session, verb, fact, template, more):
    member_id = make_member(session).id
    verb(session, fact(member_id, 7, "私人导购", "徐汇店", TEN, MORNING, **more))
    words = {"service": "私人导购", "store": "徐汇店", "at": "2026年3月2日 10:00"}
    assert heard(session, member_id) == [(template, words | more)]


def test_an_adviser_is_told_without_the_name(session):
    member_id = make_member(session).id
    messaging.tell_adviser_changed(session, bookings.AdviserChanged(member_id, 7, "徐汇店", MORNING))
    assert heard(session, member_id) == [("adviser_changed", {"store": "徐汇店", "day": "2026年3月1日"})]
