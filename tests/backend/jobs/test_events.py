from datetime import timedelta

import pytest

from backend import events, points
from backend.jobs.events import tend_events, tend_session
from tests.factories.events import OVER, STARTS, first_session, make_event, plan, register
from tests.factories.members import make_member
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SOON = STARTS - timedelta(hours=2)


@pytest.fixture
def filled(sessions):
    """A session with two places at 30 points and five who want them."""
    with sessions.write.begin() as session:
        place = first_session(session, make_event(session, plan(), terms={"points": 30}))
        ids = [make_member(session).id for _ in range(5)]
        for one in ids:
            register(session, one, place)
        return place.id, ids


def test_sessions_are_looked_after_until_they_are_settled(runtime, filled):
    session_id, ids = filled
    assert tend_events(runtime, MORNING) == {}
    assert tend_events(runtime, SOON) == {"called": 2}
    assert tend_events(runtime, STARTS) == {"lapsed": 3}
    assert tend_events(runtime, OVER) == {"absent": 2}
    assert tend_events(runtime, OVER) == {}
    with runtime.sessions.read() as session:
        assert session.get(events.EventSession, session_id).settled_at == OVER
        left = [points.summary(session, one, now=OVER).available for one in ids]
        assert sorted(left) == [70, 70, 100, 100, 100]
        assert points.verify(session, ids) == []


def test_many_who_move_up_are_moved_in_several_transactions(runtime, filled, monkeypatch):
    session_id, _ = filled
    monkeypatch.setattr("backend.events.places.MOST_AT_ONCE", 2)
    with runtime.sessions.write.begin() as session:
        session.get(events.EventSession, session_id).capacity = 5
    assert tend_session(runtime, session_id, MORNING) == {"moved-up": 3}


def test_one_who_cannot_be_settled_does_not_hold_up_the_others(runtime, filled):
    _, ids = filled
    with runtime.sessions.write.begin() as session:
        points.lock(session, ids[0], now=MORNING).frozen_at = MORNING
    assert tend_events(runtime, OVER) == {"absent": 1, "refused": 1, "lapsed": 3}
    with runtime.sessions.write.begin() as session:
        points.lock(session, ids[0], now=OVER).frozen_at = None
    assert tend_events(runtime, OVER) == {"absent": 1}
