from datetime import timedelta

import pytest

from backend import adjustments, points
from backend.adjustments import handout
from backend.jobs import grants
from backend.kit.db import run
from tests.factories.adjustments import make_adjustment, make_grant
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

WEEK = MORNING + timedelta(days=7)


@pytest.fixture
def members(runtime):
    def join(session):
        make_operator(session, "chen")
        return [make_member(session) for _ in range(3)]

    return run(runtime.sessions.write, join)


def running(runtime, members, *, points=5):
    def begin(session):
        grant = make_grant(session, dict.fromkeys((member.card_no for member in members), points))
        return adjustments.start_grant(session, grant.id, by="chen", now=MORNING).id

    return run(runtime.sessions.write, begin)


def status(runtime, grant_id):
    with runtime.sessions.read() as session:
        return adjustments.grant(session, grant_id).status


def test_what_runs_is_handed_out_and_ended(runtime, members):
    both = [running(runtime, members), running(runtime, members[:2])]
    assert grants.run_grants(runtime, MORNING) == {"done": 5}
    assert [status(runtime, one) for one in both] == ["done", "done"]
    with runtime.sessions.read() as session:
        assert points.summary(session, members[0].id, now=MORNING).available == 110
    assert grants.run_grants(runtime, MORNING) == {}


def test_a_long_grant_goes_on_with_the_next_run(runtime, members, monkeypatch):
    monkeypatch.setattr(handout, "SLICE", 1)
    monkeypatch.setattr(grants, "SLICES_A_RUN", 2)
    grant_id = running(runtime, members)
    assert [grants.run_grants(runtime, MORNING) for _ in range(3)] == [{"done": 2}, {"done": 1}, {}]
    assert status(runtime, grant_id) == "done"


def test_what_is_not_started_stays(runtime, members):
    planned = run(runtime.sessions.write, lambda session: make_grant(session, {members[0].card_no: 5}))
    assert grants.run_grants(runtime, MORNING) == {}
    assert status(runtime, planned.id) == "planned"


def test_requests_lapse_when_their_time_is_over(runtime, members):
    for _ in range(2):
        run(runtime.sessions.write, lambda session: make_adjustment(session, members[0].id, 501))
    assert grants.lapse_adjustments(runtime, WEEK - timedelta(microseconds=1)) == {}
    assert grants.lapse_adjustments(runtime, WEEK) == {"lapsed": 2}
    assert grants.lapse_adjustments(runtime, WEEK) == {}
