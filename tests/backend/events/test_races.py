"""Places and waiting lists over real connections (C1, C4), with negative controls that show the races are real."""

import os
import signal
import sys
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from backend import events, points
from backend.app import create_app
from backend.events.models import Registration
from backend.jobs.events import tend_session
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.messaging.models import Message
from tests.factories.events import DEADLINE, STARTS, first_session, make_event, plan, register
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.phone import member_client
from tests.support.programs import run_program
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

CROWD, PLACES, COST = 20, 3, 30


@pytest.fixture
def runtime(mariadb, clock):
    race(CROWD, lambda _: mariadb.connect().close())  # opening connections takes a busy machine seconds
    return make_runtime(mariadb, clock)


@pytest.fixture(scope="module")
def unguarded(mariadb_engine):
    """A house without locks, and without the nets beneath them."""
    constraints = ("ck_event_sessions_taken_within_capacity", "ck_event_sessions_counts_not_negative")
    loose = [f"ALTER TABLE event_sessions DROP CONSTRAINT {name}" for name in constraints]
    loose.append("ALTER TABLE event_registrations DROP CONSTRAINT ck_event_registrations_attended_once")
    loose.append("ALTER TABLE event_registrations DROP INDEX uq_event_registrations_session_id_number")
    with unguarded_database(*loose) as engine:
        yield make_runtime(engine, FixedClock(MORNING))


def offer(sessions, capacity, *, size, **terms):
    """A session and so many members with 100 points."""
    with sessions.write.begin() as session:
        event = make_event(session, plan(capacity=capacity), terms={"points": COST, **terms})
        return first_session(session, event), [make_member(session).id for _ in range(size)]


def book(sessions, place, members):
    with sessions.write.begin() as session:
        return [register(session, one, place).id for one in members]


def attempt(sessions, work):
    """What a call answers, or the code it is refused with."""
    try:
        return run(sessions.write, work)
    except DomainError as refusal:
        return refusal.code


def state(sessions, place):
    """The session as it stands, and the statuses of its registrations by number."""
    with sessions.read() as session:
        rows = session.scalars(
            select(Registration).where(Registration.session_id == place.id).order_by(Registration.number)
        )
        return session.get(events.EventSession, place.id), [(one.number, one.status) for one in rows]


def assert_all_adds_up(sessions, place, members):
    with sessions.read() as session:
        assert events.count_faults(session) == []
        assert points.verify(session, members) == []
        held = dict(
            session.execute(
                select(Registration.member_id, func.sum(Registration.points))
                .where(Registration.points_state.in_(("held", "spent")), Registration.session_id == place.id)
                .group_by(Registration.member_id)
            ).all()
        )
        for one in members:
            assert points.summary(session, one, now=MORNING).available == 100 - held.get(one, 0)


def test_of_20_for_3_places_3_have_one_and_the_rest_wait_in_order(runtime, sessions, deadlocks):
    place, members = offer(sessions, PLACES, size=CROWD)
    app = create_app(runtime)
    phones = [member_client(app, one) for one in members]
    url, body = f"/api/mp/v1/events/{place.event_id}/registration", {"session_id": str(place.id)}
    replies = [one.json for one in race(CROWD, lambda number: phones[number].post(url, json=body))]
    assert sorted(one["status"] for one in replies) == ["registered"] * PLACES + ["waiting"] * (CROWD - PLACES)
    now, found = state(sessions, place)
    assert found == [(no, "registered" if no <= PLACES else "waiting") for no in range(1, CROWD + 1)]
    assert (now.taken, now.waiting) == (PLACES, CROWD - PLACES)
    assert_all_adds_up(sessions, place, members)
    assert deadlocks == []


def test_without_locks_one_place_is_given_twice(unguarded):
    """The negative control of the rush: both read that one place is free."""
    sessions = unguarded.sessions
    place, members = offer(sessions, 1, size=2)
    engine = sessions.write.kw["bind"].engine
    wish = events.Wish(place.id)
    with meeting(engine, "UPDATE event_sessions", patience=20):
        made = race(
            2,
            lambda number: run(
                sessions.write,
                lambda s: (
                    events.register(
                        s, members[number], place.event_id, wish, rng=Random(members[number]), now=MORNING
                    ).status
                ),
            ),
        )
    assert made == ["registered", "registered"]
    with sessions.read() as session:
        assert [one.should_be_taken for one in events.count_faults(session)] == [2]


def test_places_given_up_go_to_who_waits_in_order_whoever_rushes_for_them(runtime, sessions, deadlocks):
    place, members = offer(sessions, 6, size=CROWD)
    holders, waiting, rushing = members[:6], members[6:12], members[12:]
    ids = book(sessions, place, [*holders, *waiting])

    def act(number):
        if number < 6:
            return attempt(sessions, lambda s: events.cancel(s, holders[number], ids[number], now=MORNING).status)
        if number < 8:  # two of those who wait give up just then
            who = number
            return attempt(sessions, lambda s: events.cancel(s, members[who], ids[who], now=MORNING).status)
        wish, who = events.Wish(place.id), rushing[number - 8]
        rng = Random(who)
        return attempt(sessions, lambda s: events.register(s, who, place.event_id, wish, rng=rng, now=MORNING).status)

    assert race(16, act)[:8] == ["cancelled"] * 8
    now, found = state(sessions, place)
    kept = [one for one in found if one[1] != "cancelled"]
    assert [status for _, status in kept] == ["registered"] * 6 + ["waiting"] * (len(kept) - 6)
    assert [no for no, _ in kept][:4] == [9, 10, 11, 12]
    assert now.taken == 6
    assert_all_adds_up(sessions, place, members)
    assert deadlocks == []


def test_without_locks_somebody_waits_beside_the_place_that_is_given_up(unguarded):
    """The negative control of the queue: who cancels sees nobody wait, and who comes sees no place."""
    sessions = unguarded.sessions
    place, (holder, newcomer) = offer(sessions, 1, size=2)
    [made] = book(sessions, place, [holder])

    def act(number):
        if number:
            return attempt(sessions, lambda s: register(s, newcomer, place).status)
        return attempt(sessions, lambda s: events.cancel(s, holder, made, now=MORNING).status)

    with meeting(sessions.write.kw["bind"].engine, "UPDATE event_sessions", patience=20):
        assert race(2, act) == ["cancelled", "waiting"]
    now, _ = state(sessions, place)
    assert (now.taken, now.waiting) == (0, 1)


def test_a_member_who_cancels_and_comes_in_at_once_does_one_of_both(runtime, sessions, deadlocks):
    place, members = offer(sessions, 8, size=8, cancel_hours=0)
    ids = book(sessions, place, members)
    at = STARTS.replace(hour=5)  # the doors are open, and it has not begun

    def act(number):
        who, made = members[number // 2], ids[number // 2]
        if number % 2:
            return attempt(sessions, lambda s: events.cancel(s, who, made, now=at).status)
        return attempt(sessions, lambda s: events.check_in(s, made, store_id=None, rng=Random(1), now=at).status)

    results = race(16, act)
    pairs = {tuple(results[at : at + 2]) for at in range(0, 16, 2)}
    assert pairs <= {("attended", "events.too-late-to-cancel"), ("events.not-active", "cancelled")}
    assert_all_adds_up(sessions, place, members)
    assert deadlocks == []


def test_without_locks_who_cancels_comes_in_as_well(unguarded):
    """The negative control of the race above."""
    sessions = unguarded.sessions
    place, (who,) = offer(sessions, 1, size=1, cancel_hours=0, points=0)
    (made,) = book(sessions, place, [who])
    at = STARTS.replace(hour=5)
    ways = (
        lambda s: events.check_in(s, made, store_id=None, rng=Random(1), now=at).status,
        lambda s: events.cancel(s, who, made, now=at).status,
    )
    with meeting(sessions.write.kw["bind"].engine, "UPDATE event_registrations", patience=20):
        assert race(2, lambda number: run(sessions.write, ways[number])) == ["attended", "cancelled"]


def test_the_deadline_takes_the_points_of_who_does_not_cancel_just_then(runtime, sessions, deadlocks):
    place, members = offer(sessions, 6, size=6, capture="deadline")
    ids = book(sessions, place, members)
    just_before = DEADLINE - timedelta(microseconds=1)

    def act(number):
        if number == 6:
            return tend_session(runtime, place.id, DEADLINE)["captured"]
        who, made = members[number], ids[number]
        return attempt(sessions, lambda s: events.cancel(s, who, made, now=just_before).status)

    *cancelled, _ = race(7, act)
    assert cancelled == ["cancelled"] * 6
    assert_all_adds_up(sessions, place, members)
    assert deadlocks == []


def test_calling_off_that_is_killed_in_the_middle_and_begun_again_is_exact(runtime, sessions):
    place, members = offer(sessions, 10, size=14)
    book(sessions, place, members)
    with sessions.write.begin() as session:
        event = session.get(events.Event, place.event_id)
        events.cancel_event(session, event.code, reason="停电", by="anna", now=MORNING)
    url = sessions.write.kw["bind"].url.render_as_string(hide_password=False)
    program = [sys.executable, "-m", "tests.backend.events.dying", url, place.id, 2, 4]
    died = run_program(*program, env={"PATH": os.environ["PATH"]})
    assert -died.returncode == signal.SIGKILL
    _, found = state(sessions, place)
    assert [status for _, status in found].count("cancelled") == 8
    assert tend_session(runtime, place.id, MORNING) == {"cancelled": 6}
    assert tend_session(runtime, place.id, MORNING) == {}
    now, found = state(sessions, place)
    assert ({status for _, status in found}, now.taken, now.waiting) == ({"cancelled"}, 0, 0)
    assert_all_adds_up(sessions, place, members)
    with sessions.read() as session:
        told = select(Message.member_id).where(Message.template == "event_cancelled")
        assert sorted(session.scalars(told)) == sorted(members)
