import pytest
from sqlalchemy import func, select

from backend.jobs.bookings import remind_bookings
from backend.messaging.models import Message
from tests.factories.bookings import HOUR, TEN, make_booking, make_service
from tests.factories.members import make_member

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_members_are_reminded_once(runtime):
    with runtime.sessions.write.begin() as session:
        service = make_service(session, staff=2)
        for _ in range(2):
            make_booking(session, make_member(session).id, service)
    assert remind_bookings(runtime, TEN - 25 * HOUR) == {}
    assert remind_bookings(runtime, TEN - 23 * HOUR) == {"reminded": 2}
    assert remind_bookings(runtime, TEN - 23 * HOUR) == {}
    assert remind_bookings(runtime, TEN - HOUR) == {"reminded": 2}
    with runtime.sessions.read() as session:
        told = select(func.count()).where(Message.template == "booking_reminder")
        assert session.scalar(told) == 4
