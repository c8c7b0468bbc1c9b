from datetime import timedelta

import pytest

from backend import events
from tests.factories.events import OVER, check_in, first_session, make_event, plan, register
from tests.support.clocks import MORNING

LAST = OVER + timedelta(days=7)
SAID = {"rating": 5, "comment": "很开心"}


@pytest.fixture
def asked(session):
    return make_event(session, plan(), plan("two"), survey={"points": 50, "days": 7})


def test_who_came_says_how_it_was_and_is_given_points(session, asked, member_id, purse):
    check_in(session, register(session, member_id, first_session(session, asked)))
    events.give_feedback(session, member_id, asked.id, **SAID, now=OVER)
    assert purse(member_id, now=OVER) == (150, 0)
    said = events.feedback_of(session, asked.id, after_id=0, limit=10)
    assert [(one.rating, one.comment) for one in said] == [(5, "很开心")]
    with pytest.raises(events.AnsweredAlready):
        events.give_feedback(session, member_id, asked.id, **SAID, now=OVER)


def test_who_did_not_come_is_not_asked(session, asked, member_id):
    register(session, member_id, first_session(session, asked))
    with pytest.raises(events.NotAttended):
        events.give_feedback(session, member_id, asked.id, **SAID, now=OVER)


@pytest.mark.parametrize(("now", "open_"), [(LAST - timedelta(seconds=1), True), (LAST, False), (MORNING, False)])
def test_answers_are_taken_for_some_days(session, asked, member_id, now, open_):
    check_in(session, register(session, member_id, first_session(session, asked)))
    if open_:
        assert events.give_feedback(session, member_id, asked.id, **SAID, now=now).given_at == now
        return
    with pytest.raises(events.SurveyClosed):
        events.give_feedback(session, member_id, asked.id, **SAID, now=now)


def test_an_event_without_a_survey_asks_nobody(session, event, place, member_id):
    check_in(session, register(session, member_id, place))
    with pytest.raises(events.SurveyClosed):
        events.give_feedback(session, member_id, event.id, **SAID, now=OVER)


def test_each_session_is_answered_for(session, asked, member_id):
    for place in events.sessions_of(session, [asked.id]):
        check_in(session, register(session, member_id, place))
        events.give_feedback(session, member_id, asked.id, **SAID, now=OVER)
    assert len(events.feedback_of(session, asked.id, after_id=0, limit=10)) == 2
