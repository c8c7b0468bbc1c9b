"""Of a broadcast of which thousands wait nobody reads more than is needed: by MariaDB's own count of rows."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from backend import messaging
from backend.kit.db import run
from backend.messaging import broadcasts, outbox
from backend.messaging.broadcasts import ending, overview
from backend.messaging.broadcasts.serving import served
from tests.backend.messaging.broadcasts.pigeons import Pigeons
from tests.factories.broadcasts import MAKER
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

MANY = 3_000
LATER = MORNING + timedelta(hours=1)
WAITING = f"""
    INSERT INTO messages (id, member_id, template, words, cause, queue, status, decided_at, due_at, attempts)
    SELECT seq, :member, 'campaign', '{{}}', UNHEX(SHA2(seq, 256)), :queue, 'waiting', '2026-03-01', '2026-03-01', 0
    FROM seq_1_to_{MANY}
"""
ROWS_READ = """
    SELECT SUM(VARIABLE_VALUE) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME LIKE 'HANDLER_READ%'
"""


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


@pytest.fixture
def broadcast_id(mariadb, sessions, join, running):
    """A broadcast of which thousands of messages wait, which stand for those of as many members."""
    member_id, *_ = join(3)
    broadcast_id = running()
    with mariadb.begin() as connection:
        connection.execute(text(WAITING), {"member": member_id, "queue": broadcast_id})
        connection.execute(text("ANALYZE TABLE messages"))
    return broadcast_id


@pytest.fixture
def reads(sessions):
    """`reads(verb, …)`: how many rows the server read for it."""

    def count(verb, *args, **parts):
        with sessions.write() as session:
            nothing = session.scalar(text(ROWS_READ))
            nothing = session.scalar(text(ROWS_READ)) - nothing
            before = session.scalar(text(ROWS_READ))
            verb(session, *args, **parts)
            session.flush()
            return session.scalar(text(ROWS_READ)) - before - nothing

    return count


def test_what_is_paused_is_in_nobody_s_way(sessions, broadcast_id, reads):
    run(sessions.write, lambda session: broadcasts.pause(session, broadcast_id, by=MAKER, now=LATER))
    ways = {"notice": Pigeons()}
    assert reads(outbox.anything_due, ways, now=LATER) <= 10
    assert reads(outbox.claim, ways, token="t", now=LATER, limit=16) <= 20
    assert reads(messaging.outbox_depth) <= 5
    assert reads(messaging.longest_waiting_since) <= 5


def test_what_runs_is_found_by_the_index(broadcast_id, reads):
    assert reads(served, now=LATER) <= 5
    assert reads(ending.under_way, now=LATER, limit=9) <= 10
    assert reads(broadcasts.finish, broadcast_id, now=LATER) <= 5


def test_a_slice_of_what_was_stopped_is_skipped_by_the_index(sessions, broadcast_id, reads):
    run(sessions.write, lambda session: broadcasts.stop(session, broadcast_id, by=MAKER, now=LATER))
    assert reads(broadcasts.skip_rest, broadcast_id, now=LATER, limit=20) <= 5 * 20


def test_what_waits_again_is_asked_broadcast_by_broadcast(broadcast_id, reads):
    assert reads(broadcasts.reopen, limit=9) <= 20


def test_how_far_it_is_takes_its_own_rows_and_no_others(broadcast_id, reads):
    assert reads(overview.progress, broadcast_id, now=LATER) <= 3 * MANY
    assert reads(overview.progress, broadcast_id - 1, now=LATER) <= 30
    assert reads(lambda session: session.execute(text("SELECT MAX(decided_at) FROM messages"))) > MANY
