from datetime import timedelta

import pytest

from backend.messaging import broadcasts
from backend.messaging.broadcasts.errors import (
    BroadcastUnknown,
    NeedsApproval,
    NobodyThere,
    NotNow,
    SamePerson,
    TimeOver,
)
from config import policy
from tests.factories.broadcasts import MAKER, OTHER, make_broadcast, make_started
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)
TICK = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def staffed(operators):
    """Somebody to steer."""


@pytest.fixture
def draft_id(session):
    for _ in range(2):
        make_member(session, now=MORNING - timedelta(days=1))
    return make_broadcast(session).id


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(policy, "BROADCAST_ALONE", 1)


def taken(session, broadcast_id):
    session.flush()
    return [(one.what, one.by, one.note) for one in broadcasts.steps(session, broadcast_id, limit=9)]


def test_who_writes_to_few_needs_nobody(session, draft_id):
    started = broadcasts.start(session, draft_id, by=MAKER, note=" 开始 ", now=LATER)
    assert (started.status, started.expected, started.starts_at) == ("scheduled", 2, LATER)
    assert taken(session, draft_id) == [("start", MAKER, "开始")]


def test_who_writes_to_many_needs_another_operator(session, draft_id, alone):
    with pytest.raises(NeedsApproval) as refused:
        broadcasts.start(session, draft_id, by=MAKER, now=LATER)
    assert "1 人" in refused.value.detail
    with pytest.raises(SamePerson):
        broadcasts.approve(session, draft_id, by=MAKER, now=LATER)
    assert broadcasts.approve(session, draft_id, by=OTHER, now=LATER).approved_by == OTHER
    assert broadcasts.start(session, draft_id, by=MAKER, now=LATER).status == "scheduled"


def test_it_may_begin_later_but_not_before_now(session, draft_id):
    with pytest.raises(TimeOver):
        broadcasts.start(session, draft_id, at=LATER - TICK, by=MAKER, now=LATER)
    assert broadcasts.start(session, draft_id, at=LATER + TICK, by=MAKER, now=LATER).starts_at == LATER + TICK


def test_to_nobody_nothing_is_started(session, draft_id):
    lonely = make_broadcast(session, audience={"any_tag": ["无人"]})
    with pytest.raises(NobodyThere):
        broadcasts.start(session, lonely.id, by=MAKER, now=LATER)


def test_what_is_paused_goes_on_where_it_was(session, draft_id):
    make_member(session, now=MORNING - timedelta(days=1))
    broadcasts.start(session, draft_id, by=MAKER, now=LATER)
    for limit, where in ((None, "scheduled"), (1, "planning"), (9, "running")):
        if limit:
            broadcasts.plan_slice(session, draft_id, now=LATER, limit=limit)
        assert broadcasts.broadcast(session, draft_id).status == where
        assert broadcasts.pause(session, draft_id, by=OTHER, now=LATER).status == "paused"
        assert broadcasts.plan_slice(session, draft_id, now=LATER, limit=9) is None
        assert broadcasts.resume(session, draft_id, by=MAKER, now=LATER).status == where


@pytest.mark.parametrize("verb", ["approve", "start", "pause", "resume", "stop"])
def test_what_is_stopped_is_over(session, draft_id, verb):
    broadcasts.stop(session, draft_id, by=MAKER, now=LATER)
    with pytest.raises(NotNow) as refused:
        getattr(broadcasts, verb)(session, draft_id, by=OTHER, now=LATER)
    assert "已停止" in refused.value.detail


def test_only_what_has_ended_is_withdrawn_and_it_was_withdrawn_then(session, draft_id):
    started = make_started(session, now=LATER)
    with pytest.raises(NotNow):
        broadcasts.withdraw(session, started.id, by=MAKER, now=LATER)
    broadcasts.stop(session, started.id, by=MAKER, now=LATER)
    for now in (LATER, LATER + TICK):
        assert broadcasts.withdraw(session, started.id, by=MAKER, now=now).withdrawn_at == LATER


@pytest.mark.parametrize("verb", ["approve", "start", "pause", "resume", "stop", "withdraw", "plan_slice", "finish"])
def test_what_there_is_not(session, verb):
    parts = {"plan_slice": {"limit": 9}, "finish": {}}.get(verb, {"by": MAKER})
    with pytest.raises(BroadcastUnknown):
        getattr(broadcasts, verb)(session, 404, now=LATER, **parts)
