from datetime import timedelta

import pytest

from backend import bookings
from backend.bookings import Span
from backend.bookings.slots import check_window, course_of, fairest, free_of, offered, staff_of
from tests.factories.bookings import HOUR, MONDAY, SHOPPER, TEN, make_booking, make_service
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def times(session, service, *, day=MONDAY, now=MORNING):
    found = bookings.slots(session, service.id, benefit=SHOPPER, day=day, now=now)
    return {int((one.starts_at - TEN).total_seconds()) // 60: len(one.staff) for one in found}


def test_the_slots_of_a_day(session):
    service = make_service(session, staff=2)
    assert times(session, service) == dict.fromkeys(range(0, 421, 30), 2)
    (first, *_) = bookings.slots(session, service.id, benefit=SHOPPER, day=MONDAY, now=MORNING)
    assert (first.starts_at, first.ends_at) == (TEN, TEN + HOUR)
    assert set(bookings.names_of(session, [first]).values()) == {"李婷"}


def test_what_is_booked_or_away_is_not_offered(session, member_id):
    service = make_service(session, staff=2)
    booked = make_booking(session, member_id, service, TEN + HOUR)
    found = times(session, service)
    assert [found[minute] for minute in (0, 30, 60, 90, 120, 150)] == [1, 1, 1, 1, 1, 2]
    other = next(one for one in staff_of(session, service) if one != booked.staff_id)
    away = Span(TEN, TEN + 2 * HOUR)
    bookings.add_leave(session, other, away, by="anna", reason="年假", now=MORNING)
    session.flush()
    assert min(times(session, service)) == 120


def test_only_in_the_days_it_can_be_booked_for(session, service):
    assert times(session, service, now=TEN) == dict.fromkeys(range(120, 421, 30), 1)
    assert times(session, service, now=TEN + timedelta(days=1)) == {}
    assert times(session, service, now=TEN - timedelta(days=31)) == {}
    assert times(session, service, now=TEN - timedelta(days=30))


def test_a_service_that_is_not_offered_is_unknown(session, service):
    for service_id, benefit in ((1, SHOPPER), (service.id, "other")):
        with pytest.raises(bookings.ServiceUnknown):
            offered(session, service_id, benefit=benefit)
    bookings.offer(session, service.code, active=False)
    with pytest.raises(bookings.ServiceUnknown):
        bookings.slots(session, service.id, benefit=SHOPPER, day=MONDAY, now=MORNING)


def test_too_soon_and_too_far(session, service):
    check_window(service, TEN, now=TEN - 2 * HOUR)
    for now in (TEN - HOUR, TEN - timedelta(days=31)):
        with pytest.raises(bookings.OutOfWindow):
            check_window(service, TEN, now=now)


def test_appointments_go_round(session):
    service = make_service(session, staff=3)
    staff = staff_of(session, service)
    given = []
    for hours in (0, 2, 4, 0):
        day = timedelta(days=1) if len(given) == 3 else timedelta(0)
        who = make_member(session).id
        given.append(make_booking(session, who, service, TEN + hours * HOUR + day).staff_id)
    assert given == [*staff, staff[0]]
    assert fairest(session, staff, day=MONDAY) == staff[1]


def test_few_statements_however_many_staff(session, count_statements):
    service = make_service(session, staff=8)
    session.flush()
    with count_statements(session) as said:
        bookings.slots(session, service.id, benefit=SHOPPER, day=MONDAY, now=MORNING)
    assert len(said) <= 5, said
    assert course_of(service).minutes == 60
    assert free_of(session, service, [], day=MONDAY, now=MORNING) == {}
