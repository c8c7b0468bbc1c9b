import pytest

from backend import events
from backend.events import places
from tests.factories.events import STARTS, first_session, make_event, plan, register
from tests.support.clocks import MORNING


@pytest.fixture
def queue(session, others):
    """A full session of three places: a party of three, then parties that wait."""

    def form(*heads):
        place = first_session(session, make_event(session, plan(capacity=3), terms={"companions": 2}))
        ids = others(1 + len(heads))
        holder = register(session, ids[0], place, companions=2)
        waits = [register(session, one, place, companions=size - 1) for one, size in zip(ids[1:], heads, strict=True)]
        return place, holder, waits

    return form


def statuses(registrations):
    return [one.status for one in registrations]


def test_the_first_who_does_not_fit_stops_the_queue(session, queue):
    place, holder, waits = queue(1, 3, 1)
    events.cancel(session, holder.member_id, holder.id, now=MORNING)
    assert statuses(waits) == ["registered", "waiting", "waiting"]
    assert (place.taken, place.waiting) == (1, 2)
    events.cancel(session, waits[1].member_id, waits[1].id, now=MORNING)
    assert statuses(waits) == ["registered", "cancelled", "registered"]
    assert events.count_faults(session) == []


def test_who_can_never_fit_holds_nobody_up(session, queue):
    place, holder, waits = queue(3, 1)
    event = session.get(events.Event, place.event_id)
    events.cancel(session, holder.member_id, holder.id, now=MORNING)
    events.cancel(session, waits[0].member_id, waits[0].id, now=MORNING)
    register(session, holder.member_id, place, companions=2)
    place.capacity = 2
    assert places.move_up(session, event, place, now=MORNING) == 0
    events.cancel(session, waits[1].member_id, waits[1].id, now=MORNING)
    assert (place.taken, place.waiting) == (0, 1)


def test_nobody_moves_up_once_it_has_begun(session, queue):
    place, holder, _ = queue(1)
    event = session.get(events.Event, place.event_id)
    places.end(place, holder, by="operator", now=STARTS)
    assert places.move_up(session, event, place, now=STARTS) == 0
    place.status = "cancelled"
    assert places.move_up(session, event, place, now=MORNING) == 0


def test_many_move_up_some_at_a_time(session, queue, monkeypatch):
    monkeypatch.setattr(places, "MOST_AT_ONCE", 1)
    place, holder, waits = queue(1, 1)
    events.cancel(session, holder.member_id, holder.id, now=MORNING)
    assert statuses(waits) == ["registered", "waiting"]
    assert events.turn(session, place.id, now=MORNING) == 1
    assert events.turn(session, place.id, now=MORNING) == 0
    assert statuses(waits) == ["registered", "registered"]


def test_an_unknown_session_is_not_locked(session):
    with pytest.raises(events.SessionUnknown):
        places.locked(session, 404)
