import pytest

from backend import bookings
from tests.factories.bookings import HOUR, MONDAY, TEN, make_booking, make_service
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def test_a_members_newest_first(session, service, member_id):
    made = [make_booking(session, member_id, service, TEN + no * 2 * HOUR) for no in range(2)]
    assert list(bookings.bookings(session, member_id, limit=9)) == made[::-1]
    assert list(bookings.bookings(session, member_id, before_id=made[1].id, limit=9)) == made[:1]
    assert bookings.booking(session, made[0].id, member_id=member_id, store_id=service.store_id) is made[0]
    for whose in ({"member_id": 1}, {"store_id": 1}):
        with pytest.raises(bookings.BookingUnknown):
            bookings.booking(session, made[0].id, **whose)


def test_a_day_of_a_store_by_time(session, member_id):
    service = make_service(session, staff=2)
    late = make_booking(session, member_id, service, TEN + 2 * HOUR)
    early = make_booking(session, make_member(session).id, service)
    assert late.booked_at == MORNING
    day = {"store_id": service.store_id, "limit": 9}
    assert list(bookings.of_day(session, MONDAY, **day)) == [early, late]
    assert list(bookings.of_day(session, MONDAY, after_id=early.id, **day)) == [late]
    assert list(bookings.of_day(session, MONDAY, staff_id=early.staff_id, **day)) == [early]
    assert list(bookings.of_day(session, MORNING.date(), **day)) == []
