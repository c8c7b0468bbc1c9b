from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import bookings, lifecycle
from backend.bookings.advisers import current_of
from backend.bookings.models import Adviser, Grain
from tests.factories.bookings import HOUR, TEN, make_booking, make_service
from tests.factories.members import make_member
from tests.support.clocks import MORNING

HOW = {"by": "anna", "reason": "分配", "now": MORNING}


def merge(session, gone_id, into_id):
    lifecycle.merge(session, gone_id=gone_id, into_id=into_id, by="anna", reason="同一人", now=MORNING)
    session.flush()
    session.expire_all()


def leave(session, member_id):
    closure, _ = lifecycle.ask_to_leave(session, member_id, now=MORNING - timedelta(days=7))
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=MORNING)
    session.flush()


def test_the_survivor_has_the_appointments_of_both(session, member_id):
    service, gone = make_service(session, staff=2), make_member(session).id
    made = [make_booking(session, who, service) for who in (member_id, gone)]
    made.append(make_booking(session, gone, service, TEN + 2 * HOUR))
    merge(session, gone, member_id)
    assert set(bookings.bookings(session, member_id, limit=9)) == set(made)
    bookings.cancel(session, made[1].id, member_id=member_id, now=MORNING)
    assert len(session.scalars(select(Grain).where(Grain.member_id == member_id)).all()) == 8


@pytest.mark.parametrize("both", [True, False])
def test_the_survivors_own_adviser_stays(session, service, member_id, both):
    gone = make_member(session).id
    one, other = (
        make_booking(session, who, service, TEN + no * 2 * HOUR).staff_id for no, who in enumerate((member_id, gone))
    )
    bookings.assign(session, gone, other, **HOW)
    if both:
        bookings.assign(session, member_id, one, **HOW)
    merge(session, gone, member_id)
    assert current_of(session, member_id).member_id == member_id
    assert current_of(session, gone) is None
    assert set(session.scalars(select(Adviser.member_id))) == {member_id}


def test_who_leaves_frees_the_time_and_the_adviser(session, service, member_id):
    booked = make_booking(session, member_id, service)
    bookings.assign(session, member_id, booked.staff_id, **HOW)
    leave(session, member_id)
    assert (booked.status, booked.ended_by) == ("cancelled", "closure")
    assert current_of(session, member_id) is None
    assert make_booking(session, make_member(session).id, service)


def test_what_was_said_is_forgotten(session, service, member_id):
    booked = make_booking(session, member_id, service, now=MORNING)
    booked.starts_at, booked.ends_at = MORNING - 2 * HOUR, MORNING - HOUR
    bookings.conclude(session, booked.id, "done", by="anna", now=MORNING)
    bookings.give_feedback(session, booked.id, member_id=member_id, rating=5, text="很好", now=MORNING)
    leave(session, member_id)
    session.refresh(booked)
    assert (booked.rating, booked.feedback_sealed) == (5, None)
