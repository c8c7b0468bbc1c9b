from datetime import timedelta

import pytest

from backend import benefits, bookings, members, stores
from backend.bookings import Course, Plan, Span
from backend.bookings.planning import LeftBehind, locked_calendar, phone_place
from backend.kit.pii import vault
from tests.factories.bookings import HOUR, SHOPPER, TEN, make_booking, make_colleague
from tests.factories.stores import make_store
from tests.support.clocks import MORNING


def plan(**parts):
    return Plan(**{"code": "styling", "name": "衣橱管理", "benefit": SHOPPER, "course": Course(60, 15, 30)} | parts)


def test_a_service_is_offered_and_taken_off(session, service):
    assert (service.minutes, service.buffer_minutes, service.cancel_hours) == (60, 15, 24)
    assert list(bookings.services(session, benefit=SHOPPER)) == [service]
    bookings.offer(session, service.code, active=False)
    session.flush()
    assert list(bookings.services(session, benefit=SHOPPER)) == []
    assert list(bookings.services(session)) == [service]
    with pytest.raises(bookings.ServiceUnknown):
        bookings.service_by_code(session, "nothing")


@pytest.mark.parametrize(
    "parts",
    [
        {"code": ""},
        {"code": "衣橱"},
        {"name": " "},
        {"days_ahead": 91},
        {"cancel_hours": -1},
        {"lead_minutes": -1},
        {"benefit": "adviser"},
        {"course": Course(50, 0, 15)},
    ],
)
def test_a_service_that_cannot_be(session, service, parts):
    with pytest.raises(bookings.ServiceRefused):
        bookings.add_service(session, plan(**parts), store_id=service.store_id, now=MORNING)


def test_a_service_of_nothing_or_with_anothers_code(session, service):
    how = {"store_id": service.store_id, "now": MORNING}
    with pytest.raises(benefits.BenefitUnknown):
        bookings.add_service(session, plan(benefit="nothing"), **how)
    with pytest.raises(bookings.ServiceTaken):
        bookings.add_service(session, plan(code=service.code), **how)
    with pytest.raises(stores.StoreUnknown):
        bookings.add_service(session, plan(), store_id=1, now=MORNING)


def test_only_colleagues_of_the_store_do_it(session, service):
    stranger = make_colleague(session, make_store(session).id)
    with pytest.raises(bookings.StaffNotOfStore):
        bookings.set_staff(session, service.code, [stranger])


def test_a_work_phone_is_sealed(session, service):
    staff_id = make_colleague(session, service.store_id, phone="138 0013 8000")
    row = locked_calendar(session, staff_id)
    assert vault(session).open(row.phone_sealed, phone_place(staff_id)) == "13800138000"
    assert bookings.open_calendar(session, staff_id).phone_sealed is None
    with pytest.raises(members.PhoneRefused):
        bookings.open_calendar(session, staff_id, phone="110")
    with pytest.raises(bookings.StaffNotOfStore):
        locked_calendar(session, 1)


def test_who_leaves_has_still_to_hand_over(session, service, member_id):
    booked = make_booking(session, member_id, service)
    bookings.assign(session, member_id, booked.staff_id, by="anna", reason="分配", now=MORNING)
    assert bookings.close_calendar(session, booked.staff_id, now=MORNING) == LeftBehind(advised=1, bookings=1)
    session.flush()
    assert bookings.slots(session, service.id, benefit=SHOPPER, day=TEN.date(), now=MORNING) == []
    bookings.open_calendar(session, booked.staff_id)
    bookings.set_staff(session, service.code, [booked.staff_id])
    session.flush()
    assert bookings.slots(session, service.id, benefit=SHOPPER, day=TEN.date(), now=MORNING)


def test_a_leave_tells_whom_it_meets_and_is_dropped(session, service, member_id):
    booked = make_booking(session, member_id, service)
    how = {"by": "anna", "reason": "年假", "now": MORNING}
    assert bookings.add_leave(session, booked.staff_id, Span(TEN - HOUR, TEN + HOUR / 2), **how) == [booked]
    session.flush()
    (leave,) = bookings.leaves(session, booked.staff_id, now=MORNING)
    assert bookings.leaves(session, booked.staff_id, now=TEN + timedelta(days=1)) == []
    bookings.drop_leave(session, leave.id)
    session.flush()
    with pytest.raises(bookings.LeaveUnknown):
        bookings.drop_leave(session, leave.id)
