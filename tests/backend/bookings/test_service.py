from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from backend import benefits, bookings, members
from backend.bookings import Desk, Wish
from backend.bookings.facts import BookingCancelled, BookingChanged, BookingConfirmed
from backend.bookings.models import Grain
from backend.bookings.service import free, locked
from backend.members import ProfileChanges
from tests.factories.benefits import benefit, birthday_gift, offer
from tests.factories.bookings import HOUR, SHOPPER, TEN, make_booking, make_service, shopping
from tests.factories.members import make_member
from tests.factories.tiers import listen
from tests.support.clocks import MORNING

DESK = Desk("anna", "顾问请假")
TOO_LATE = TEN - 23 * HOUR


def left(session, member_id, now=MORNING):
    session.flush()
    return next(
        one.left for one in benefits.catalogue(session, member_id, now=now).benefits if one.benefit.code == SHOPPER
    )


def quarters(session):
    return session.scalar(select(func.count()).select_from(Grain))


def test_an_appointment_uses_the_benefit_and_is_told(session, service, member_id):
    said = listen(session)
    booked = make_booking(session, member_id, service)
    assert (booked.status, booked.ends_at, booked.cancel_until) == ("booked", TEN + HOUR, TEN - 24 * HOUR)
    assert (left(session, member_id), quarters(session)) == (1, 5)
    (fact,) = said
    assert isinstance(fact, BookingConfirmed)
    assert (fact.member_id, fact.booking_id, fact.service, fact.starts_at) == (
        member_id,
        booked.id,
        "私人导购一小时",
        TEN,
    )


def test_nobody_is_booked_twice(session, service, member_id):
    make_booking(session, member_id, service)
    other = make_member(session).id
    for at in (TEN, TEN + HOUR, TEN - HOUR / 2):
        with pytest.raises(bookings.SlotTaken):
            make_booking(session, other, service, at)
    assert make_booking(session, other, service, TEN + 3 * HOUR / 2)


def test_a_member_is_at_one_place_at_a_time(session, member_id):
    one, other = make_service(session), make_service(session, listed=False)
    make_booking(session, member_id, one)
    with pytest.raises(bookings.MemberBusy):
        make_booking(session, member_id, other, TEN + HOUR / 2)
    assert make_booking(session, member_id, other, TEN + HOUR)


def test_who_is_asked_for_serves_or_nobody(session, member_id):
    service = make_service(session, staff=2)
    first = make_booking(session, member_id, service)
    other = make_member(session).id
    with pytest.raises(bookings.SlotTaken):
        make_booking(session, other, service, staff_id=first.staff_id)
    with pytest.raises(bookings.SlotTaken):
        make_booking(session, other, service, staff_id=1)
    assert make_booking(session, other, service).staff_id != first.staff_id


def test_what_cannot_be_booked(session, service, member_id):
    for at in (TEN - HOUR, TEN + HOUR / 4, TEN + 8 * HOUR):
        with pytest.raises(bookings.SlotTaken):
            make_booking(session, member_id, service, at)
    with pytest.raises(bookings.OutOfWindow):
        make_booking(session, member_id, service, MORNING + HOUR)
    with pytest.raises(bookings.ServiceUnknown):
        bookings.book(session, member_id, benefit="other", service_id=service.id, wish=Wish(TEN), now=MORNING)
    offer(session, shopping(quotas={"gold": {"per": "month"}}))
    with pytest.raises(benefits.NotEntitled):
        make_booking(session, member_id, service)
    offer(session, benefit(SHOPPER, "priority_returns"))
    with pytest.raises(bookings.NotBookable):
        make_booking(session, member_id, service)
    offer(session, shopping(stores=["ELSEWHERE"]))
    with pytest.raises(benefits.NotHere):
        make_booking(session, member_id, service)


def test_no_more_than_the_quota_of_the_month_of_the_day(session, member_id):
    service = make_service(session, days_ahead=60)
    for hours in (0, 2):
        make_booking(session, member_id, service, TEN + hours * HOUR)
    with pytest.raises(benefits.QuotaUsedUp), session.begin_nested():
        make_booking(session, member_id, service, TEN + 4 * HOUR)
    assert make_booking(session, member_id, service, TEN + timedelta(days=30))


def test_cancelled_in_time_the_benefit_comes_back(session, service, member_id):
    booked = make_booking(session, member_id, service)
    for _ in range(2):
        done = bookings.cancel(session, booked.id, member_id=member_id, now=TEN - 24 * HOUR)
        assert (done.status, done.ended_by, done.use_id) == ("cancelled", "member", None)
    assert (left(session, member_id), quarters(session)) == (2, 0)
    assert make_booking(session, make_member(session).id, service)


def test_cancelled_late_it_stays_used(session, service, member_id):
    booked = make_booking(session, member_id, service)
    assert bookings.cancel(session, booked.id, member_id=member_id, now=TOO_LATE).use_id is not None
    assert (left(session, member_id), quarters(session)) == (1, 0)


def test_not_cancelled_when_it_has_begun_nor_by_others(session, service, member_id):
    booked = make_booking(session, member_id, service)
    with pytest.raises(bookings.TooLate):
        bookings.cancel(session, booked.id, member_id=member_id, now=TEN)
    with pytest.raises(bookings.BookingUnknown):
        bookings.cancel(session, booked.id, member_id=make_member(session).id, now=MORNING)
    bookings.conclude(session, booked.id, "done", by="anna", now=TEN)
    with pytest.raises(bookings.BookingEnded):
        bookings.cancel(session, booked.id, member_id=member_id, now=MORNING)


def test_the_shop_calls_off_and_says_why(session, service, member_id):
    booked = make_booking(session, member_id, service)
    said = listen(session)
    for _ in range(2):
        done = bookings.call_off(session, booked.id, desk=DESK, now=TOO_LATE)
        assert (done.status, done.ended_by, done.reason) == ("cancelled", "anna", "顾问请假")
    assert left(session, member_id) == 2
    assert [(type(one), one.why) for one in said] == [(BookingCancelled, "顾问请假")]
    with pytest.raises(benefits.ReasonRefused):
        bookings.call_off(session, booked.id, desk=Desk("anna", ""), now=TOO_LATE)
    with pytest.raises(bookings.BookingUnknown):
        bookings.call_off(session, booked.id, desk=Desk("till:1", "x", store_id=1), now=TOO_LATE)


def test_moved_it_keeps_who_serves_and_uses_one(session, member_id):
    service = make_service(session, staff=2)
    make_booking(session, make_member(session).id, service, TEN + 4 * HOUR)
    booked = make_booking(session, member_id, service)
    staff_id, said = booked.staff_id, listen(session)
    moved = bookings.move(session, booked.id, Wish(TEN + HOUR / 2), member_id=member_id, desk=None, now=MORNING)
    assert (moved.starts_at, moved.ends_at, moved.staff_id, moved.moves) == (
        TEN + HOUR / 2,
        TEN + 3 * HOUR / 2,
        staff_id,
        1,
    )
    assert (left(session, member_id), quarters(session)) == (1, 10)
    assert [type(one) for one in said] == [BookingChanged]
    again = bookings.move(session, booked.id, Wish(TEN), member_id=None, desk=DESK, now=TOO_LATE + HOUR)
    assert (again.starts_at, again.moves, left(session, member_id)) == (TEN, 2, 1)


def test_not_moved_late_nor_to_what_is_taken(session, service, member_id):
    booked = make_booking(session, member_id, service)
    make_booking(session, make_member(session).id, service, TEN + 2 * HOUR)
    with pytest.raises(bookings.SlotTaken), session.begin_nested():
        bookings.move(session, booked.id, Wish(TEN + 2 * HOUR), member_id=member_id, desk=None, now=MORNING)
    with pytest.raises(bookings.TooLate):
        bookings.move(session, booked.id, Wish(TEN + 5 * HOUR), member_id=member_id, desk=None, now=TOO_LATE)
    bookings.cancel(session, booked.id, member_id=member_id, now=MORNING)
    with pytest.raises(bookings.BookingEnded):
        bookings.move(session, booked.id, Wish(TEN + 5 * HOUR), member_id=member_id, desk=None, now=MORNING)


def test_moved_into_another_month_it_uses_that_one(session, member_id):
    service = make_service(session, days_ahead=60)
    booked = make_booking(session, member_id, service)
    later = TEN + timedelta(days=30)
    bookings.move(session, booked.id, Wish(later), member_id=member_id, desk=None, now=MORNING)
    assert (left(session, member_id), left(session, member_id, later)) == (2, 1)


def test_a_time_for_a_birthday_gift_uses_no_gift(session, member_id, rng):
    offer(session, birthday_gift())
    service = make_service(session, listed=False, benefit="gift")
    with pytest.raises(benefits.GiftUnknown), session.begin_nested():
        make_booking(session, member_id, service)
    members.update_profile(session, member_id, changes=ProfileChanges(birthday=date(1990, 3, 3)), now=MORNING)
    session.flush()
    gift = benefits.ask_for_gift(session, member_id, "gift", rng=rng, now=MORNING)
    assert make_booking(session, member_id, service).use_id is None
    assert benefits.waiting_gift(session, member_id, "gift", at=TEN) is gift
    with pytest.raises(benefits.GiftUnknown):
        make_booking(session, member_id, service, TEN + timedelta(days=10))


def test_locked_and_free(session, service, member_id):
    booked = make_booking(session, member_id, service)
    assert locked(session, booked.id, member_id=member_id, store_id=service.store_id, now=MORNING) is booked
    free(session, booked)
    assert quarters(session) == 0
