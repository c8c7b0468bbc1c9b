from datetime import timedelta

import pytest

from backend import events
from tests.factories.events import (
    DEADLINE,
    ENDS,
    OVER,
    STARTS,
    check_in,
    first_session,
    make_event,
    plan,
    register,
    tend,
)
from tests.factories.stores import make_store
from tests.support.clocks import MORNING


def test_a_session_tells_how_it_went(session, others):
    event = make_event(session, plan(capacity=3), terms={"points": 10, "companions": 1}, survey={})
    place = first_session(session, event)
    came, left, *_ = [
        register(session, one, place, companions=more) for one, more in zip(others(4), (1, 0, 0, 0), strict=True)
    ]
    events.cancel(session, left.member_id, left.id, now=MORNING)
    check_in(session, came)
    tend(session, place, now=STARTS)
    tend(session, place, now=OVER)
    events.give_feedback(session, came.member_id, event.id, rating=4, comment="", now=OVER)
    (one,) = events.figures(session, event.id)
    assert (one.attended, one.heads, one.absent, one.cancelled, one.lapsed) == (1, 2, 1, 1, 1)
    assert (one.registered, one.waiting, one.points_spent) == (0, 0, 30)
    assert events.rating(session, event.id) == events.Rating(1, 4)


def test_an_event_without_registrations_has_figures_too(session, event):
    (one,) = events.figures(session, event.id)
    assert (one.registered, one.points_spent, events.rating(session, event.id).answers) == (0, 0, 0)


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (DEADLINE - timedelta(hours=2, seconds=1), False),
        (DEADLINE - timedelta(hours=2), True),
        (ENDS, True),
        (OVER, False),
    ],
)
def test_at_the_door_stands_what_comes_within_a_day(session, now, shown):
    here, there = make_store(session), make_store(session)
    event = make_event(session, plan(store=here.code), plan("two", store=there.code), plan("three"))
    found = events.at_the_door(session, store_id=here.id, now=now, limit=10)
    assert sorted(place.key for _, place, _ in found) == (["one", "three"] if shown else [])
    assert {(one.id, heads) for one, _, heads in found} == ({(event.id, 0)} if shown else set())


def test_a_screen_shows_sessions_of_its_store_or_of_none(session):
    here, there = make_store(session), make_store(session)
    event = make_event(session, plan(store=here.code), plan("two"))
    one, two = events.sessions_of(session, [event.id])
    assert events.open_session(session, one.id, store_id=here.id) is one
    assert events.open_session(session, two.id, store_id=there.id) is two
    for session_id, store_id in ((one.id, there.id), (404, here.id)):
        with pytest.raises(events.SessionUnknown):
            events.open_session(session, session_id, store_id=store_id)
