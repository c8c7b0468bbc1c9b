import pytest

from backend import events
from tests.factories.events import OVER, first_session, make_event, plan, register, tend
from tests.support.clocks import MORNING

BY = {"reason": "停电", "by": "anna", "now": MORNING}


def test_an_event_is_called_off_with_all_its_sessions(session, member_id):
    event = make_event(session, plan(), plan("two"))
    events.cancel_event(session, event.code, **BY)
    assert (event.status, event.reason) == ("cancelled", "停电")
    assert {one.status for one in events.sessions_of(session, [event.id])} == {"cancelled"}
    assert events.shown(session, event.id) is event
    with pytest.raises(events.RegistrationClosed):
        register(session, member_id, first_session(session, event))
    with pytest.raises(events.NotPublished):
        events.cancel_event(session, event.code, **BY)


def test_one_session_is_called_off_once(session, member_id):
    event = make_event(session, plan(), plan("two"))
    one, two = events.sessions_of(session, [event.id])
    events.cancel_session(session, event.code, "one", **BY)
    assert (event.status, one.status, two.status) == ("published", "cancelled", "open")
    with pytest.raises(events.SessionOver):
        events.cancel_session(session, event.code, "one", **BY)
    with pytest.raises(events.SessionUnknown):
        events.cancel_session(session, event.code, "three", **BY)
    events.cancel_event(session, event.code, **BY)
    with pytest.raises(events.NotPublished):
        events.cancel_session(session, event.code, "two", **BY)


def test_one_is_removed_told_and_replaced(session, others, purse, heard):
    place = first_session(session, make_event(session, plan(capacity=1), terms={"points": 30}))
    first, second = others(2)
    made, waits = register(session, first, place), register(session, second, place)
    events.remove(session, made.id, reason="不符合参加年龄", by="anna", now=MORNING)
    assert (made.status, made.ended_by, made.reason) == ("cancelled", "operator", "不符合参加年龄")
    assert (purse(first), waits.status) == ((100, 0), "registered")
    assert heard(first) == ["event_registered", "event_removed"]
    assert events.decisions(session, place.event_id)[0].registration_id == made.id
    with pytest.raises(events.NotActive):
        events.remove(session, made.id, reason="再次", by="anna", now=MORNING)
    with pytest.raises(events.RegistrationUnknown):
        events.remove(session, 404, reason="再次", by="anna", now=MORNING)


@pytest.mark.parametrize(("points_back", "left"), [(False, (70, 0)), (True, (100, 0))])
def test_an_absence_is_excused(session, member_id, purse, points_back, left):
    place = first_session(session, make_event(session, terms={"points": 30}))
    made = register(session, member_id, place)
    with pytest.raises(events.NotAbsent):
        events.excuse(session, made.id, points_back=points_back, reason="生病", by="anna", now=MORNING)
    tend(session, place, now=OVER)
    for _ in range(2):
        events.excuse(session, made.id, points_back=points_back, reason="生病", by="anna", now=OVER)
    assert (made.status, made.excused_at, purse(member_id, now=OVER)) == ("no-show", OVER, left)
