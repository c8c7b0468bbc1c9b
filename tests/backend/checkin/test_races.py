"""Once a day over real connections, with a negative control that shows the race is real."""

from datetime import timedelta
from functools import partial

import pytest

from backend import checkin, points
from backend.app import create_app
from backend.kit.db import run
from backend.oa.replies import check_in
from tests.factories.books import change_book
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.meetings import meeting
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

TAPS = 32
GIFT = 100
KEYS_OF_ENTRIES = "DROP PRIMARY KEY, DROP KEY uq_point_entries_member_id_source_kind_source_id"


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


@pytest.fixture
def member_id(sessions):
    with sessions.write.begin() as session:
        return make_member(session).id


def check_in_at_once(runtime, member_id):
    """The replies to as many check-ins of one member, sent at the same moment."""
    app = create_app(runtime)
    phones = [member_client(app, member_id) for _ in range(TAPS)]
    return race(TAPS, lambda number: phones[number].post("/api/mp/v1/check-ins"))


def test_of_32_parallel_check_ins_of_a_day_one_is_paid(runtime, sessions, member_id):
    replies = check_in_at_once(runtime, member_id)
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * (TAPS - 1)
    assert {reply.json.get("code") for reply in replies} == {None, "checkin.already-checked-in"}
    with sessions.read() as session:
        paid = [entry.amount for entry in points.entries(session, member_id, limit=TAPS)]
        assert paid == [5, GIFT]
        assert points.verify(session, [member_id]) == []


def test_without_lock_and_keys_the_same_race_pays_more_than_once(mariadb_engine, clock):
    """The negative control."""
    with unguarded_database(
        "ALTER TABLE check_ins ADD KEY (member_id), DROP PRIMARY KEY",
        f"ALTER TABLE point_entries ADD KEY (member_id), {KEYS_OF_ENTRIES}",
        "ALTER TABLE point_lots DROP PRIMARY KEY",
        "ALTER TABLE earning_awards ADD KEY (member_id), DROP PRIMARY KEY",
        "ALTER TABLE earning_grants ADD KEY (member_id), DROP PRIMARY KEY",
    ) as engine:
        unguarded = make_runtime(engine, clock)
        member_id = run(unguarded.sessions.write, make_member).id
        with meeting(engine, "UPDATE point_accounts", patience=20):
            replies = check_in_at_once(unguarded, member_id)
    assert [reply.status_code for reply in replies].count(201) > 1


def let_rules(sessions):
    """Make-ups for points; a step that each would give."""
    with sessions.write.begin() as session:
        make_ups = {"days_back": 7, "per_month": 31, "points": 20, "free": {}}
        change_book(session, "check-in", make_ups=make_ups, streak=[{"days": 1, "points": 1}])


def make_up_at_once(runtime, member_id, taps):
    """The replies to as many make-ups of one day, sent at the same moment."""
    app = create_app(runtime)
    phones = [member_client(app, member_id) for _ in range(taps)]
    day = {"day": "2026-03-01"}
    return race(taps, lambda number: phones[number].post("/api/mp/v1/check-ins/make-ups", json=day))


def test_of_parallel_make_ups_of_a_day_one_is_paid_for(runtime, sessions, member_id, clock):
    let_rules(sessions)
    clock.move(timedelta(days=1))
    replies = make_up_at_once(runtime, member_id, 8)
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 7
    with sessions.read() as session:
        assert [entry.amount for entry in points.entries(session, member_id, limit=9)] == [1, -20, GIFT]
        assert points.verify(session, [member_id]) == []


def test_without_lock_and_keys_make_ups_are_paid_for_more_than_once(mariadb_engine, clock):
    """The negative control."""
    with unguarded_database(
        "ALTER TABLE check_ins ADD KEY (member_id), DROP PRIMARY KEY",
        "ALTER TABLE check_in_rewards DROP KEY uq_check_in_rewards_given_to_kind_cycle_step",
        f"ALTER TABLE point_entries ADD KEY (member_id), {KEYS_OF_ENTRIES}",
        "ALTER TABLE point_allocations ADD KEY (member_id), DROP PRIMARY KEY",
        "ALTER TABLE point_lots DROP PRIMARY KEY",
    ) as engine:
        unguarded = make_runtime(engine, clock)
        member_id = run(unguarded.sessions.write, make_member).id
        let_rules(unguarded.sessions)
        clock.move(timedelta(days=1))
        with meeting(engine, "INSERT INTO check_ins", patience=20):
            replies = make_up_at_once(unguarded, member_id, 2)
    assert [reply.status_code for reply in replies] == [201, 201]


def test_of_check_ins_through_every_door_at_once_one_counts(runtime, sessions, member_id):
    phone, key = member_client(create_app(runtime), member_id), runtime.keys.card_codes
    with sessions.write.begin() as session:
        store_id = make_store(session).id
    code = checkin.place_code(store_id, key, runtime.clock.now()).code

    def chat():
        work = partial(check_in, member_id=member_id, now=runtime.clock.now(), _links=None)
        try:
            return 201 if "签到成功" in run(sessions.write, work) else 0
        except checkin.AlreadyCheckedIn:
            return 409

    doors = [
        lambda: phone.post("/api/mp/v1/check-ins").status_code,
        chat,
        lambda: phone.post("/api/mp/v1/check-ins", json={"place_code": code}).status_code,
    ]
    assert sorted(race(12, lambda number: doors[number % 3]())) == [201] + [409] * 11
    with sessions.read() as session:
        assert [entry.amount for entry in points.entries(session, member_id, limit=9)] == [5, GIFT]
