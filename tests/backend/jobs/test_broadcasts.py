from datetime import timedelta

import pytest
from pydantic import ValidationError

from backend.jobs import broadcasts as job
from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import Broadcast
from backend.messaging.models import Message
from tests.factories.broadcasts import MAKER, make_broadcast, make_started
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(minutes=1)


@pytest.fixture
def write(runtime):
    return lambda verb, *args, **parts: run(runtime.sessions.write, lambda session: verb(session, *args, **parts))


@pytest.fixture(autouse=True)
def people(write):
    def come(session):
        make_operator(session, MAKER)
        for _ in range(5):
            make_member(session)

    write(come)


def stands(runtime, broadcast_id):
    with runtime.sessions.read() as session:
        found = broadcasts.broadcast(session, broadcast_id)
        return found.status, found.planned


def settle(session, broadcast_id):
    for message in session.query(Message).where(Message.queue == broadcast_id):
        message.status = "sent"


def test_what_is_started_is_planned_and_ended_when_all_is_sent(runtime, write):
    broadcast_id = write(make_started, now=LATER).id
    draft = write(make_broadcast).id
    assert job.run_broadcasts(runtime, LATER) == {"planned": 5}
    assert stands(runtime, broadcast_id) == ("running", 5)
    assert job.run_broadcasts(runtime, LATER) == {}
    write(settle, broadcast_id)
    assert job.run_broadcasts(runtime, LATER) == {"done": 1}
    assert job.run_broadcasts(runtime, LATER) == {}
    assert stands(runtime, draft) == ("draft", 0)


def test_a_long_plan_goes_on_with_the_next_run(runtime, write, monkeypatch):
    monkeypatch.setattr(job, "SLICES_A_RUN", 2)
    monkeypatch.setattr(job, "SLICE", 2)
    broadcast_id = write(make_started, now=LATER).id
    assert job.run_broadcasts(runtime, LATER) == {"planned": 4}
    assert stands(runtime, broadcast_id) == ("planning", 4)
    assert job.run_broadcasts(runtime, LATER) == {"planned": 1}


def test_one_that_fails_stops_no_other(runtime, write):
    def spoil(session):
        session.get(Broadcast, broken).audience = {"colour": "red"}

    broken, good = (write(make_started, now=LATER).id for _ in range(2))
    write(spoil)
    with pytest.raises(ValidationError):
        job.run_broadcasts(runtime, LATER)
    assert [stands(runtime, one) for one in (broken, good)] == [("scheduled", 0), ("running", 5)]


def test_of_what_is_stopped_the_rest_is_skipped(runtime, write, monkeypatch):
    monkeypatch.setattr(job, "SKIPPED_A_SLICE", 2)
    broadcast_id = write(make_started, now=LATER).id
    job.run_broadcasts(runtime, LATER)
    write(broadcasts.stop, broadcast_id, by=MAKER, now=LATER)
    assert job.run_broadcasts(runtime, LATER) == {"skipped": 5}
    assert job.run_broadcasts(runtime, LATER) == {}


def test_what_waits_again_is_served_again(runtime, write):
    broadcast_id = write(make_started, now=LATER).id
    job.run_broadcasts(runtime, LATER)
    write(settle, broadcast_id)
    job.run_broadcasts(runtime, LATER)

    def bring_back(session):
        session.query(Message).where(Message.queue == broadcast_id).first().status = "waiting"

    write(bring_back)
    assert job.run_broadcasts(runtime, LATER) == {"reopened": 1}
    assert stands(runtime, broadcast_id) == ("running", 5)
