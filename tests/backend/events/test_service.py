from datetime import timedelta

import pytest

from backend import coupons, events, points
from tests.factories.coupons import make_template
from tests.factories.events import DEADLINE, STARTS, first_session, make_event, plan, register
from tests.factories.members import make_member
from tests.support.clocks import MORNING

INSTANT = timedelta(microseconds=1)


@pytest.fixture
def dear(session):
    """A session with two places at 30 points a head."""
    return first_session(session, make_event(session, terms={"points": 30, "companions": 1}))


def test_a_place_is_taken_and_told_with_its_code(session, place, member_id, heard):
    made = register(session, member_id, place, companions=1)
    assert (made.status, made.number, made.heads, made.points_state) == ("registered", 1, 2, "none")
    assert (place.taken, place.waiting, place.left) == (2, 0, 0)
    assert len(made.code) == 10
    assert heard(member_id) == ["event_registered"]


def test_who_comes_when_it_is_full_waits_in_order(session, place, others, heard):
    first, second, third = others(3)
    register(session, first, place, companions=1)
    waiting = [register(session, one, place) for one in (second, third)]
    assert [one.status for one in waiting] == ["waiting", "waiting"]
    assert [events.waits_before(session, one) for one in waiting] == [0, 1]
    assert (place.taken, place.waiting) == (2, 2)
    assert heard(second) == []


def test_nobody_overtakes_who_waits(session, place, others):
    first, second, third = others(3)
    register(session, first, place)
    assert register(session, second, place, companions=1).status == "waiting"
    assert register(session, third, place).status == "waiting"
    assert (place.taken, place.left) == (1, 0)


def test_points_are_held_with_a_place_and_while_waiting(session, dear, others, purse):
    first, second = others(2)
    made = register(session, first, dear, companions=1)
    waits = register(session, second, dear)
    assert (made.points, made.points_state, purse(first)) == (60, "held", (40, 60))
    assert (waits.status, purse(second)) == ("waiting", (70, 30))
    assert points.verify(session, [first, second]) == []


def test_who_lacks_the_points_is_refused(session, dear, member_id):
    account = points.lock(session, member_id, now=MORNING)
    points.spend(session, account, 80, source=points.Source("test", 1), now=MORNING)
    with pytest.raises(points.Insufficient):
        register(session, member_id, dear)


def test_without_a_waiting_list_full_is_full(session, others):
    place = first_session(session, make_event(session, terms={"waiting_list": False}))
    *early, late = others(3)
    for one in early:
        register(session, one, place)
    with pytest.raises(events.Full):
        register(session, late, place)


def test_a_party_larger_than_all_places_waits_for_nothing(session, member_id):
    place = first_session(session, make_event(session, terms={"companions": 5}))
    with pytest.raises(events.Full):
        register(session, member_id, place, companions=2)


@pytest.mark.parametrize(
    ("companions", "answers", "refusal"),
    [(2, {}, events.TooManyCompanions), (0, {"x": 1}, events.AnswersRefused)],
)
def test_wishes_that_do_not_fit_are_refused(session, place, member_id, companions, answers, refusal):
    with pytest.raises(refusal):
        register(session, member_id, place, companions=companions, answers=answers)


def test_a_session_of_another_event_is_none_of_this(session, place, member_id):
    other = make_event(session)
    with pytest.raises(events.SessionUnknown):
        events.register(session, member_id, other.id, events.Wish(place.id), rng=None, now=MORNING)


def test_a_cancelled_place_goes_to_who_waits_at_once(session, dear, others, purse, heard):
    first, second, third = others(3)
    made = register(session, first, dear, companions=1)
    waits = [register(session, one, dear) for one in (second, third)]
    cancelled = events.cancel(session, first, made.id, now=MORNING)
    assert (cancelled.status, cancelled.points_state, purse(first)) == ("cancelled", "returned", (100, 0))
    assert [(one.status, one.moved_up_at) for one in waits] == [("registered", MORNING)] * 2
    assert [purse(one) for one in (second, third)] == [(70, 30)] * 2
    assert (dear.taken, dear.waiting) == (2, 0)
    assert heard(second) == ["event_moved_up"]
    assert events.cancel(session, first, made.id, now=MORNING).ended_at == MORNING


def test_who_waits_may_stop_waiting(session, dear, others, purse):
    first, second = others(2)
    register(session, first, dear, companions=1)
    waits = register(session, second, dear)
    events.cancel(session, second, waits.id, now=DEADLINE)
    assert (waits.status, dear.waiting, dear.taken, purse(second)) == ("cancelled", 0, 2, (100, 0))


def test_who_cancelled_may_come_back_at_the_end_of_the_queue(session, place, member_id):
    first = register(session, member_id, place)
    events.cancel(session, member_id, first.id, now=MORNING)
    again = register(session, member_id, place)
    assert (again.number, again.status, place.taken) == (2, "registered", 1)


def test_after_the_deadline_it_is_refused(session, dear, member_id, purse):
    made = register(session, member_id, dear)
    with pytest.raises(events.TooLateToCancel):
        events.cancel(session, member_id, made.id, now=DEADLINE)
    assert (made.status, purse(member_id)) == ("registered", (70, 30))
    events.cancel(session, member_id, made.id, now=DEADLINE - INSTANT)
    assert purse(member_id) == (100, 0)


def test_or_it_forfeits_the_points_where_the_event_says_so(session, member_id, purse):
    place = first_session(session, make_event(session, terms={"points": 30, "late_cancel": "forfeit"}))
    made = register(session, member_id, place)
    assert not events.can_cancel_free(place, made, now=DEADLINE)
    events.cancel(session, member_id, made.id, now=DEADLINE)
    assert (made.status, made.points_state, purse(member_id)) == ("cancelled", "spent", (70, 0))
    assert place.taken == 0


def test_nobody_cancels_what_has_begun(session, dear, member_id):
    made = register(session, member_id, dear)
    with pytest.raises(events.TooLateToCancel):
        events.cancel(session, member_id, made.id, now=STARTS)


def test_a_strangers_registration_is_unknown(session, place, member_id, others):
    made = register(session, member_id, place)
    with pytest.raises(events.RegistrationUnknown):
        events.cancel(session, others(1)[0], made.id, now=MORNING)


def test_who_registers_after_the_deadline_pays_at_once_where_that_is_the_price(session, member_id, purse):
    place = first_session(session, make_event(session, terms={"points": 30, "capture": "deadline"}))
    made = register(session, member_id, place, now=DEADLINE)
    assert (made.points_state, purse(member_id)) == ("spent", (70, 0))


def test_a_pre_sale_gives_its_coupon_and_takes_it_back(session, member_id):
    template = make_template(session)
    terms = {"coupon": template.code, "waiting_list": False}
    place = first_session(session, make_event(session, plan(capacity=None), kind="pre-sale", terms=terms))
    made = register(session, member_id, place)
    coupon = coupons.coupon(session, member_id, made.coupon_id)
    assert (coupon.source_kind, coupon.status, place.left) == ("event", "ready", None)
    events.cancel(session, member_id, made.id, now=MORNING)
    assert coupons.coupon(session, member_id, made.coupon_id).status == "revoked"


def test_a_coupon_that_was_used_keeps_its_registration(session, member_id):
    template = make_template(session)
    terms = {"coupon": template.code, "waiting_list": False}
    place = first_session(session, make_event(session, kind="pre-sale", terms=terms))
    made = register(session, member_id, place)
    coupons.coupon(session, member_id, made.coupon_id).status = "redeemed"
    with pytest.raises(events.CouponUsed):
        events.cancel(session, member_id, made.id, now=MORNING)


def test_registering_takes_few_statements(session, dear, count_statements):
    members = [make_member(session).id for _ in range(2)]
    session.flush()
    register(session, members[0], dear)
    with count_statements(session) as said:
        register(session, members[1], dear)
    assert len(said) <= 24, "\n".join(said)
