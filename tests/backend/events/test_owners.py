import pytest

from backend import coupons, events, lifecycle, points
from backend.events.owners import end_registrations
from backend.members import MembershipEnding
from tests.factories.coupons import make_template
from tests.factories.events import check_in, first_session, make_event, plan, register
from tests.support.clocks import MORNING

FORM = [{"key": "diet", "label": "忌口", "kind": "text"}]


def merge(session, gone_id, into_id, *, now=MORNING):
    session.flush()
    lifecycle.merge(session, gone_id=gone_id, into_id=into_id, by="anna", reason="同一人", now=now)
    session.flush()


def leave(session, member_id, *, now=MORNING):
    closure, _ = lifecycle.ask_to_leave(session, member_id, now=now)
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=closure.closes_at)
    session.flush()
    return closure.closes_at


@pytest.fixture
def far(session):
    """Two places in autumn at 30 points, and a question."""
    autumn = {"starts_at": "2026-10-01T14:00:00+08:00", "ends_at": "2026-10-01T16:00:00+08:00"}
    terms = {"closes_at": autumn["starts_at"], "points": 30, "companions": 1, "questions": FORM}
    return first_session(session, make_event(session, plan(**autumn), terms=terms, survey={}))


def test_registrations_move_to_who_stays(session, place, others):
    gone, into = others(2)
    made = register(session, gone, place)
    merge(session, gone, into)
    assert (made.member_id, made.active_of, place.taken) == (into, into, 1)
    with pytest.raises(events.RegisteredAlready):
        register(session, into, place)
    assert events.cancel(session, into, made.id, now=MORNING).status == "cancelled"


def test_who_was_registered_twice_is_once_and_the_next_moves_up(session, place, others):
    gone, into, waits = others(3)
    twice, kept, late = (register(session, one, place) for one in (gone, into, waits))
    merge(session, gone, into)
    assert (twice.status, twice.ended_by, kept.status, late.status) == (
        "cancelled",
        "merge",
        "registered",
        "registered",
    )
    assert (place.taken, place.waiting) == (2, 0)
    assert events.count_faults(session) == []


def test_who_came_twice_has_come_twice(session, place, others):
    gone, into = others(2)
    made = [check_in(session, register(session, one, place)) for one in (gone, into)]
    merge(session, gone, into)
    assert [(one.status, one.member_id) for one in made] == [("attended", into)] * 2
    assert [one.active_of for one in made] == [None, into]


def test_while_points_are_held_nobody_is_merged(session, far, others):
    gone, into = others(2)
    register(session, gone, far)
    with pytest.raises(lifecycle.HoldsOpen):
        merge(session, gone, into)


def test_who_leaves_gives_up_the_place_and_the_answers(session, far, others):
    first, second = others(2)
    made = register(session, first, far, companions=1, answers={"diet": "花生"})
    waits = register(session, second, far)
    at = leave(session, first)
    assert (made.status, made.ended_by, made.points_state, made.ended_at) == ("cancelled", "membership", "returned", at)
    assert (made.answers_sealed, waits.status) == (None, "registered")
    assert points.verify(session, [first, second]) == []


def test_what_who_has_left_said_of_events_is_forgotten(session, far, member_id):
    made = register(session, member_id, far)
    now = far.starts_at
    check_in(session, made, now=now)
    events.give_feedback(session, member_id, far.event_id, rating=1, comment="地址是人民路一号", now=now)
    leave(session, member_id, now=now)
    said = events.feedback_of(session, far.event_id, after_id=0, limit=5)
    assert [(one.rating, one.comment) for one in said] == [(1, "")]


def test_a_frozen_price_is_paid_before_the_account_closes(session, far, member_id):
    made = register(session, member_id, far)
    account = points.lock(session, member_id, now=MORNING)
    account.frozen_at = MORNING
    check_in(session, made, now=far.starts_at)
    account.frozen_at = None
    leave(session, member_id, now=far.starts_at)
    assert (made.status, made.points_state) == ("attended", "spent")


def test_a_coupon_that_was_used_does_not_keep_a_member_from_leaving(session, member_id):
    template = make_template(session)
    terms = {"coupon": template.code, "waiting_list": False}
    place = first_session(session, make_event(session, kind="pre-sale", terms=terms))
    made = register(session, member_id, place)
    coupons.coupon(session, member_id, made.coupon_id).status = "redeemed"
    end_registrations(session, MembershipEnding(member_id, MORNING))
    assert (made.status, made.coupon_id) == ("cancelled", None)
