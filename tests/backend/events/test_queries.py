from datetime import UTC, datetime

import pytest

from backend import events
from tests.factories.events import OVER, STARTS, first_session, make_event, plan, register
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

APRIL = {"starts_at": "2026-04-04T14:00:00+08:00", "ends_at": "2026-04-04T16:00:00+08:00"}


def listed(session, *, now=MORNING, after=None, limit=10, **search):
    return [one.id for one in events.upcoming(session, events.Search(**search), after=after, now=now, limit=limit)]


def test_what_comes_next_stands_first_and_pages_go_on(session):
    later, first, second = make_event(session, plan(**APRIL)), make_event(session), make_event(session)
    same = sorted([first.id, second.id])
    assert listed(session) == [*same, later.id]
    assert listed(session, limit=1) == same[:1]
    assert listed(session, after=(STARTS, same[0])) == [same[1], later.id]
    assert listed(session, now=OVER) == [later.id]


def test_events_are_found_by_kind_store_and_month(session):
    store = make_store(session)
    here = make_event(session, plan(store=store.code), kind="charity")
    april = make_event(session, plan(**APRIL))
    assert listed(session, kind="charity") == [here.id]
    assert listed(session, store_id=store.id) == [here.id]
    begins = datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert listed(session, since=begins) == [april.id]
    assert listed(session, before=begins) == [here.id]


def test_drafts_and_what_was_called_off_are_not_listed(session, event):
    events.cancel_event(session, event.code, reason="停电", by="anna", now=MORNING)
    assert listed(session) == []
    assert [one.id for one in events.all_events(session, before_id=None, limit=5)] == [event.id]
    assert events.all_events(session, before_id=event.id, limit=5) == []


def test_a_members_registrations_stand_newest_first(session, event, place, member_id, others):
    first = register(session, member_id, place)
    events.cancel(session, member_id, first.id, now=MORNING)
    second = register(session, member_id, place)
    register(session, others(1)[0], place)
    found = events.registrations_of(session, member_id, before_id=None, limit=10)
    assert [(made.id, where.id, what.id) for made, where, what in found] == [
        (second.id, place.id, event.id),
        (first.id, place.id, event.id),
    ]
    assert [made.id for made, *_ in events.registrations_of(session, member_id, before_id=second.id, limit=9)] == [
        first.id
    ]
    assert [made.id for made in events.mine(session, member_id, [event.id])] == [second.id, first.id]


def test_a_sessions_registrations_stand_in_the_order_in_which_they_came(session, place, others):
    made = [register(session, one, place) for one in others(3)]

    def numbers(status=None, after=0, limit=10):
        found = events.registrations(session, place.id, status=status, after_number=after, limit=limit)
        return [one.number for one in found]

    assert numbers() == [one.number for one in made] == [1, 2, 3]
    assert (numbers("waiting"), numbers(after=1, limit=1)) == ([3], [2])


def test_what_is_not_there_is_unknown(session, event, place, member_id, others):
    with pytest.raises(events.EventUnknown):
        events.find(session, "none")
    with pytest.raises(events.SessionUnknown):
        events.session_by_key(session, event.code, "none")
    assert events.session_by_key(session, event.code, "one") == (event, first_session(session, event))
    with pytest.raises(events.RegistrationUnknown):
        events.registration_of(session, member_id, register(session, others(1)[0], place).id)
