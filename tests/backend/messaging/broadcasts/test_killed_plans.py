"""Nobody is told twice and nobody is left out, also when processes are killed while they plan, or plan together."""

import os
import signal
import sys
from collections import Counter
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.kit.db import run
from backend.messaging import broadcasts
from tests.factories.broadcasts import make_started, plan_all
from tests.support.meetings import lockless, meeting, rewritten
from tests.support.programs import run_program
from tests.support.races import race
from tests.support.runtimes import make_runtime

MEMBERS, SLICE = 12, 2
DEATHS = ("after:1", "before:2", "before:1", "after:2")  # 1, then 1, then 0, then 2 slices were committed


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


@pytest.fixture
def people(operators, join):
    return join(MEMBERS)


@pytest.fixture
def broadcast_id(sessions, people):
    return run(sessions.write, make_started).id


def processes(mariadb, broadcast_id, *points):
    """The signals that ended processes which planned it, one after the other."""
    url = mariadb.url.render_as_string(hide_password=False)
    command = (sys.executable, "-m", "tests.backend.messaging.broadcasts.dying", url, broadcast_id, SLICE, *points)
    done = run_program(*command, env={"PATH": os.environ["PATH"]})
    assert not done.returncode, done.stderr
    return [int(number) for number in done.stdout.split()]


def stands(sessions, broadcast_id):
    with sessions.read() as session:
        found = broadcasts.broadcast(session, broadcast_id)
        return found.status, found.planned


def told(rows, broadcast_id):
    """How many messages each member has."""
    return Counter(row.member_id for row in rows(broadcast_id))


def test_killed_around_commits_and_begun_again_everybody_has_one(mariadb, sessions, people, broadcast_id, rows):
    assert processes(mariadb, broadcast_id, *DEATHS) == [signal.SIGKILL] * len(DEATHS)
    assert (stands(sessions, broadcast_id), len(rows(broadcast_id))) == (("planning", 8), 8)
    assert plan_all(sessions, broadcast_id, limit=SLICE) == [2, 2, 0]
    assert told(rows, broadcast_id) == dict.fromkeys(people, 1)
    assert stands(sessions, broadcast_id) == ("running", MEMBERS)


def plan_together(mariadb, sessions, broadcast_id):
    """What two planners count who come to their first slice at the same time."""
    with meeting(mariadb, "INSERT INTO messages", patience=1):
        counts = race(2, lambda _: sum(plan_all(sessions, broadcast_id, limit=SLICE)))
    return sum(counts)


def test_two_who_plan_at_once_take_turns(mariadb, sessions, people, broadcast_id, rows):
    assert plan_together(mariadb, sessions, broadcast_id) == MEMBERS
    assert told(rows, broadcast_id) == dict.fromkeys(people, 1)
    assert stands(sessions, broadcast_id) == ("running", MEMBERS)


def test_without_lock_and_key_they_would_tell_people_twice(mariadb, sessions, people, broadcast_id, rows):
    """The negative control: nobody waits at the broadcast's row, and nothing in the table knows of a second message."""
    with mariadb.begin() as connection:
        connection.execute(text("ALTER TABLE messages DROP INDEX uq_messages_cause"))
    try:
        with lockless(mariadb), unasked(mariadb):
            plan_together(mariadb, sessions, broadcast_id)
        assert max(told(rows, broadcast_id).values()) == 2
    finally:
        with mariadb.begin() as connection:
            connection.execute(text("DELETE FROM messages"))
            connection.execute(text("ALTER TABLE messages ADD UNIQUE INDEX uq_messages_cause (cause)"))


def test_the_key_alone_lets_nobody_be_told_twice(mariadb, sessions, people, broadcast_id, rows):
    """Some clusters of the MySQL protocol lock less than they are asked to: then one of the two is refused, loudly."""
    with lockless(mariadb), suppress(IntegrityError):
        plan_together(mariadb, sessions, broadcast_id)
    plan_all(sessions, broadcast_id, limit=SLICE)
    assert told(rows, broadcast_id) == dict.fromkeys(people, 1)


def unasked(engine):
    """Planners do not look whether a member has a message."""
    return rewritten(engine, "WHERE NOT (EXISTS", "WHERE (1 OR EXISTS")
