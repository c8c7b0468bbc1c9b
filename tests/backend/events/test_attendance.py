from datetime import timedelta
from random import Random

import pytest

from backend import coupons, events, lottery, points
from backend.visits.models import MemberVisit
from tests.factories.coupons import make_template
from tests.factories.draws import definition as draw_definition
from tests.factories.events import ENDS, OVER, STARTS, check_in, first_session, make_event, plan, register, tend
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

LUCK = Random(1)
INSTANT = timedelta(microseconds=1)
DOORS_OPEN = STARTS - timedelta(hours=2)


@pytest.fixture
def dear(session):
    terms = {"points": 30}
    return first_session(session, make_event(session, terms=terms, attendance={"points": 20}))


def test_who_comes_pays_and_is_rewarded_once(session, dear, member_id, purse):
    made = register(session, member_id, dear)
    for _ in range(2):
        check_in(session, made)
    assert (made.status, made.attended_at, made.points_state) == ("attended", STARTS, "spent")
    assert purse(member_id, now=STARTS) == (90, 0)
    assert points.verify(session, [member_id]) == []
    assert session.get(MemberVisit, member_id).last_on.isoformat() == "2026-03-07"


@pytest.mark.parametrize(
    ("now", "is_open"), [(DOORS_OPEN - INSTANT, False), (DOORS_OPEN, True), (OVER - INSTANT, True), (OVER, False)]
)
def test_the_doors_are_open_to_the_instant(session, place, member_id, now, is_open):
    made = register(session, member_id, place)
    if is_open:
        assert check_in(session, made, now=now).status == "attended"
        return
    with pytest.raises(events.DoorsClosed):
        check_in(session, made, now=now)


def test_who_waits_or_cancelled_is_not_let_in(session, place, others):
    *_, late = made = [register(session, one, place) for one in others(3)]
    events.cancel(session, made[0].member_id, made[0].id, now=MORNING)
    assert late.status == "registered"
    with pytest.raises(events.NotActive):
        check_in(session, made[0])
    waits = register(session, others(1)[0], place)
    with pytest.raises(events.NotActive):
        check_in(session, waits)


def test_another_store_lets_nobody_in(session, member_id):
    here, there = make_store(session), make_store(session)
    place = first_session(session, make_event(session, plan(store=here.code)))
    made = register(session, member_id, place)
    with pytest.raises(events.AnotherStore):
        check_in(session, made, store_id=there.id)
    assert check_in(session, made, store_id=here.id).attended_store_id == here.id


def test_nobody_comes_to_what_was_called_off(session, event, place, member_id):
    made = register(session, member_id, place)
    events.cancel_session(session, event.code, "one", reason="停电", by="anna", now=MORNING)
    with pytest.raises(events.SessionOver):
        check_in(session, made)


def test_the_member_scans_the_code_on_site(session, place, member_id, others):
    register(session, member_id, place)
    done = events.check_in_on_site(session, member_id, place.id, rng=LUCK, now=STARTS)
    assert (done.status, done.attended_store_id) == ("attended", None)
    with pytest.raises(events.RegistrationUnknown):
        events.check_in_on_site(session, others(1)[0], place.id, rng=LUCK, now=STARTS)


def test_a_frozen_account_stays_not_outside_and_pays_later(session, dear, member_id, purse):
    made = register(session, member_id, dear)
    account = points.lock(session, member_id, now=MORNING)
    account.frozen_at = MORNING
    check_in(session, made)
    assert (made.status, made.points_state) == ("attended", "held")
    account.frozen_at = None
    assert tend(session, dear, now=OVER) == {"paid": 1}
    assert (made.points_state, dear.settled_at) == ("spent", OVER)


def test_a_check_in_is_undone_with_what_it_gave_and_made_again(session, dear, member_id, purse):
    made = register(session, member_id, dear)
    check_in(session, made)
    events.undo_check_in(session, made.id, store_id=None, now=STARTS)
    assert (made.status, made.attended_at, made.points_state) == ("registered", None, "spent")
    assert purse(member_id, now=STARTS) == (70, 0)
    check_in(session, made)
    assert (made.arrivals, purse(member_id, now=STARTS)) == (2, (90, 0))
    assert points.verify(session, [member_id]) == []


def test_it_is_undone_by_who_made_it_until_all_is_over(session, place, member_id):
    store = make_store(session)
    made = register(session, member_id, place)
    with pytest.raises(events.NotAttended):
        events.undo_check_in(session, made.id, store_id=store.id, now=STARTS)
    check_in(session, made, store_id=store.id)
    with pytest.raises(events.AnotherStore):
        events.undo_check_in(session, made.id, store_id=None, now=STARTS)
    with pytest.raises(events.SessionOver):
        events.undo_check_in(session, made.id, store_id=store.id, now=OVER)
    assert events.undo_check_in(session, made.id, store_id=None, by="anna", now=ENDS).status == "registered"


def test_coming_gives_a_coupon_and_mistakes_take_it_back(session, member_id):
    template = make_template(session)
    place = first_session(session, make_event(session, attendance={"coupon": template.code}))
    made = register(session, member_id, place)
    check_in(session, made)
    given = made.reward_coupon_id
    assert coupons.coupon(session, member_id, given).status == "ready"
    events.undo_check_in(session, made.id, store_id=None, now=STARTS)
    assert coupons.coupon(session, member_id, given).status == "revoked"
    check_in(session, made)
    assert made.reward_coupon_id not in {None, given}


def test_a_coupon_that_has_run_out_keeps_nobody_out(session, others):
    template = make_template(session, supply={"stock": 1})
    place = first_session(session, make_event(session, attendance={"coupon": template.code}))
    made = [check_in(session, register(session, one, place)) for one in others(2)]
    assert [one.status for one in made] == ["attended", "attended"]
    assert [one.reward_coupon_id is None for one in made] == [False, True]


def test_coming_gives_tickets_for_draws(session, place, member_id):
    told = draw_definition(cost={"kind": "ticket"}, tickets={"event": 2}, closes_at="2026-03-20T00:00:00+08:00")
    draft = lottery.draft(session, told, by="anna", now=MORNING - timedelta(hours=1))
    draw = lottery.publish(session, draft.code, by="anna", rng=LUCK, now=MORNING - timedelta(hours=1))
    made = register(session, member_id, place)

    def tickets():
        return lottery.mine(session, member_id, [draw], now=STARTS)[draw.id].tickets

    check_in(session, made)
    assert tickets() == 2
    events.undo_check_in(session, made.id, store_id=None, now=STARTS)
    assert tickets() == 0
    check_in(session, made)
    assert tickets() == 2


def test_an_operator_notes_who_came_after_all(session, dear, member_id, purse):
    made = register(session, member_id, dear)
    with pytest.raises(events.DoorsClosed):
        events.check_in_for(session, made.id, by="anna", reason="手机没电", rng=LUCK, now=MORNING)
    assert tend(session, dear, now=OVER) == {"absent": 1}
    later = OVER + timedelta(days=1)
    for _ in range(2):
        events.check_in_for(session, made.id, by="anna", reason="手机没电", rng=LUCK, now=later)
    assert (made.status, made.ended_at, purse(member_id, now=later)) == ("attended", None, (90, 0))
    with pytest.raises(events.RegistrationUnknown):
        events.check_in_for(session, 404, by="anna", reason="", rng=LUCK, now=later)


def test_who_cancelled_did_not_come(session, place, member_id):
    made = register(session, member_id, place)
    events.cancel(session, member_id, made.id, now=MORNING)
    with pytest.raises(events.NotActive):
        events.check_in_for(session, made.id, by="anna", reason="", rng=LUCK, now=STARTS)
