from datetime import UTC, datetime, timedelta

import pytest

from backend import events, points
from backend.events.settling import ask_until
from tests.factories.events import (
    DEADLINE,
    OVER,
    STARTS,
    check_in,
    first_session,
    make_event,
    plan,
    register,
    tend,
)
from tests.support.clocks import MORNING

DAY_BEFORE = datetime(2026, 3, 6, 2, tzinfo=UTC)  # 10:00 in Shanghai
SOON = STARTS - timedelta(hours=2)


def cost(session, **terms):
    return first_session(session, make_event(session, terms={"points": 30, **terms}))


def test_only_sessions_with_something_to_do_are_looked_at(session, place):
    assert events.unsettled(session, now=MORNING) == []
    assert events.unsettled(session, now=DAY_BEFORE) == [place.id]
    assert tend(session, place, now=OVER) == {}
    assert events.unsettled(session, now=OVER) == []
    assert (place.status, place.settled_at) == ("over", OVER)


def test_who_is_registered_is_reminded_the_day_before_and_two_hours_before_once(session, place, others, heard):
    members = others(3)
    for one in members:
        register(session, one, place)
    for now in (DAY_BEFORE - timedelta(hours=1), DAY_BEFORE, DAY_BEFORE, SOON, SOON):
        tend(session, place, now=now)
    assert heard(members[0]) == ["event_registered", "event_tomorrow", "event_soon"]
    assert heard(members[2]) == []


def test_who_registers_in_the_last_two_hours_is_not_told_that_it_begins_in_two(session, place, member_id, heard):
    register(session, member_id, place, now=SOON)
    tend(session, place, now=SOON)
    assert heard(member_id) == ["event_registered"]


def test_a_later_beginning_is_reminded_of_again(session, event, place, member_id, heard):
    register(session, member_id, place)
    tend(session, place, now=DAY_BEFORE)
    begins, ends = STARTS + timedelta(days=1), STARTS + timedelta(days=1, hours=2)
    moved = plan(starts_at=begins.isoformat(), ends_at=ends.isoformat())
    told = event.book.model_dump(mode="json") | {"sessions": [moved]}
    events.change(session, told, by="anna", now=DAY_BEFORE)
    assert tend(session, place, now=DAY_BEFORE) == {"changed": 1}
    assert tend(session, place, now=DAY_BEFORE) == {}
    assert not place.news_due
    tend(session, place, now=DAY_BEFORE + timedelta(days=1))
    assert heard(member_id) == ["event_registered", "event_tomorrow", "event_changed", "event_tomorrow"]


def test_points_are_taken_when_the_deadline_has_passed(session, others, purse):
    place = cost(session, capture="deadline")
    first, second, third = others(3)
    made = [register(session, one, place) for one in (first, second, third)]
    assert tend(session, place, now=DEADLINE - timedelta(seconds=1)) == {"reminded": 2}
    assert tend(session, place, now=DEADLINE) == {"captured": 2}
    assert [one.points_state for one in made] == ["spent", "spent", "held"]
    events.remove(session, made[0].id, reason="不符合条件", by="anna", now=DEADLINE)
    assert tend(session, place, now=DEADLINE) == {"captured": 1, "reminded": 1}
    assert [purse(one, now=DEADLINE) for one in (first, second, third)] == [(100, 0), (70, 0), (70, 0)]


def test_who_waited_in_vain_has_the_points_back_when_it_begins(session, others, purse, heard):
    place = cost(session)
    *_, late = others(3)
    made = [register(session, one, place) for one in (*_, late)]
    assert tend(session, place, now=STARTS) == {"lapsed": 1}
    assert (made[2].status, made[2].ended_by, purse(late, now=STARTS)) == ("lapsed", "start", (100, 0))
    assert (place.waiting, place.taken) == (0, 2)
    assert heard(late) == ["event_not_moved_up"]


@pytest.mark.parametrize(("policy", "left"), [("spent", (70, 0)), ("returned", (100, 0))])
def test_who_stays_away_pays_or_not_as_the_event_says(session, member_id, purse, policy, left):
    place = cost(session, no_show_points=policy)
    made = register(session, member_id, place)
    assert tend(session, place, now=OVER) == {"absent": 1}
    assert (made.status, purse(member_id, now=OVER)) == ("no-show", left)
    assert (place.taken, place.settled_at) == (1, OVER)
    assert session.get(events.Event, place.event_id).status == "ended"
    assert points.verify(session, [member_id]) == []


def test_who_came_is_thanked_and_asked(session, others, heard):
    event = make_event(session, survey={"points": 50, "days": 7})
    place = first_session(session, event)
    came, absent = others(2)
    check_in(session, register(session, came, place))
    register(session, absent, place)
    assert tend(session, place, now=OVER) == {"absent": 1, "thanked": 1}
    assert tend(session, place, now=OVER) == {}
    assert heard(came) == ["event_registered", "event_thanks"]
    assert heard(absent) == ["event_registered"]
    assert ask_until(place, days=7) == OVER + timedelta(days=7)


def test_all_of_a_session_that_is_called_off_are_told_and_have_their_points(session, others, purse, heard):
    place = cost(session)
    members = others(3)
    made = [register(session, one, place) for one in members]
    event = session.get(events.Event, place.event_id)
    events.cancel_session(session, event.code, "one", reason="讲师临时有事", by="anna", now=MORNING)
    assert events.unsettled(session, now=MORNING) == [place.id]
    step = events.steps(session, place.id, now=MORNING)[0]
    events.do(session, step, place.id, sorted(members)[:2], now=MORNING)
    events.finish(session, place.id, now=MORNING)
    assert place.settled_at is None
    assert tend(session, place, now=MORNING) == {"cancelled": 1}
    assert [one.status for one in made] == ["cancelled"] * 3
    assert [purse(one) for one in members] == [(100, 0)] * 3
    assert [heard(one)[-1] for one in members] == ["event_cancelled"] * 3
    assert (place.taken, place.waiting, place.settled_at) == (0, 0, MORNING)


def test_an_event_ends_with_its_last_session(session):
    event = make_event(session, plan(), plan("two"))
    one, two = events.sessions_of(session, [event.id])
    tend(session, one, now=OVER)
    assert event.status == "published"
    tend(session, two, now=OVER)
    assert (event.status, event.ended_at) == ("ended", OVER)


def test_what_is_only_shown_just_ends(session):
    place = first_session(session, make_event(session, registration=None))
    assert events.steps(session, place.id, now=OVER) == []
    tend(session, place, now=OVER)
    assert place.settled_at == OVER
