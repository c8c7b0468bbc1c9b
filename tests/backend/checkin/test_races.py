"""Once a day over real connections, with a negative control that shows the race is real."""

import pytest

from backend import points
from backend.app import create_app
from backend.kit.db import run
from tests.factories.members import make_member
from tests.support.meetings import meeting
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

TAPS = 32
GIFT = 100


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
    keys = "DROP PRIMARY KEY, DROP KEY uq_point_entries_member_id_source_kind_source_id"
    with unguarded_database(
        "ALTER TABLE check_ins ADD KEY (member_id), DROP PRIMARY KEY",
        f"ALTER TABLE point_entries ADD KEY (member_id), {keys}",
        "ALTER TABLE point_lots DROP PRIMARY KEY",
        "ALTER TABLE earning_awards ADD KEY (member_id), DROP PRIMARY KEY",
        "ALTER TABLE earning_grants ADD KEY (member_id), DROP PRIMARY KEY",
    ) as engine:
        unguarded = make_runtime(engine, clock)
        member_id = run(unguarded.sessions.write, make_member).id
        with meeting(engine, "UPDATE point_accounts", patience=20):
            replies = check_in_at_once(unguarded, member_id)
    assert [reply.status_code for reply in replies].count(201) > 1
