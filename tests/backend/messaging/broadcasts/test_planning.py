from datetime import timedelta

import pytest
from sqlalchemy import select, text

from backend import lifecycle, members
from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import rules
from backend.messaging.broadcasts.models import Step
from config import policy
from tests.factories.broadcasts import MAKER, OTHER, make_broadcast, make_started, plan_all
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime
from tests.support.statements import statements_of

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def people(operators, join):
    return join(7)


@pytest.fixture
def started(sessions, people):
    """`started(**wish)` is to be planned at LATER."""

    def begin(**parts):
        return run(sessions.write, lambda session: make_started(session, now=LATER, **parts)).id

    return begin


def stands(sessions, broadcast_id):
    with sessions.read() as session:
        found = broadcasts.broadcast(session, broadcast_id)
        return found.status, found.planned


def test_everybody_has_one_message_of_the_broadcast(sessions, started, people, rows):
    broadcast_id = started()
    assert plan_all(sessions, broadcast_id, now=LATER, limit=3) == [3, 3, 1]
    found = rows(broadcast_id)
    assert [one.member_id for one in found] == people
    assert [one.cause for one in found] == [rules.cause(broadcast_id, member_id) for member_id in people]
    assert len({one.id for one in found}) == len(people)
    assert [one.id for one in found] == sorted(one.id for one in found)
    alike = {(one.template, str(one.words), one.status, one.attempts, one.due_at, one.decided_at) for one in found}
    assert alike == {("campaign", "{}", "waiting", 0, LATER, LATER)}
    assert stands(sessions, broadcast_id) == ("running", 7)


def test_a_slice_that_ends_with_the_last_member_is_followed_by_an_empty_one(sessions, started):
    assert plan_all(sessions, started(), now=LATER, limit=7) == [7, 0]


def test_a_rare_audience_is_looked_for_slice_by_slice(sessions, people, started, rows):
    run(sessions.write, lambda session: members.tag(session, people[4], "母婴"))
    broadcast_id = started(audience={"any_tag": ["母婴"]})
    assert plan_all(sessions, broadcast_id, now=LATER, limit=2) == [0, 0, 1, 0]
    assert [one.member_id for one in rows(broadcast_id)] == [people[4]]


def test_a_list_is_planned_alone(sessions, people, started, rows):
    broadcast_id = started(people=people[2:6])
    assert plan_all(sessions, broadcast_id, now=LATER, limit=3) == [3, 1]
    assert [one.member_id for one in rows(broadcast_id)] == people[2:6]


def test_what_is_not_due_is_not_planned(sessions, people):
    soon = LATER + timedelta(minutes=1)

    def begin(session):
        return broadcasts.start(session, make_broadcast(session).id, at=soon, by=MAKER, now=LATER).id

    broadcast_id = run(sessions.write, begin)
    assert plan_all(sessions, broadcast_id, now=soon - timedelta(microseconds=1)) == []
    assert plan_all(sessions, broadcast_id, now=soon) == [7]


def test_a_draft_is_not_planned(sessions, people):
    draft = run(sessions.write, make_broadcast)
    assert plan_all(sessions, draft.id, now=LATER) == []


def test_who_joins_while_it_is_planned_is_not_in(sessions, started, join, rows):
    broadcast_id = started()
    assert run(sessions.write, lambda session: broadcasts.plan_slice(session, broadcast_id, now=LATER, limit=4)) == 4
    join(now=LATER + timedelta(seconds=1))
    assert plan_all(sessions, broadcast_id, now=LATER + timedelta(seconds=2), limit=4) == [3, 0]
    assert len(rows(broadcast_id)) == 7


@pytest.mark.parametrize("order", [(0, 6), (6, 0)])
def test_two_who_become_one_while_it_is_planned_have_one_message(sessions, started, people, rows, order):
    gone, into = (people[number] for number in order)
    broadcast_id = started()
    run(sessions.write, lambda session: broadcasts.plan_slice(session, broadcast_id, now=LATER, limit=4))
    how = {"gone_id": gone, "into_id": into, "by": MAKER, "reason": "同一人", "now": LATER}
    run(sessions.write, lambda session: lifecycle.merge(session, **how))
    plan_all(sessions, broadcast_id, now=LATER, limit=4)
    assert sorted(one.member_id for one in rows(broadcast_id)) == sorted(set(people) - {gone})


def test_one_that_meets_more_members_than_expected_waits_for_approval(sessions, started, monkeypatch):
    broadcast_id = started()
    monkeypatch.setattr(policy, "BROADCAST_ALONE", 3)
    assert plan_all(sessions, broadcast_id, now=LATER, limit=2) == [2, 2]
    assert stands(sessions, broadcast_id) == ("paused", 4)
    with sessions.read() as session:
        assert session.scalars(select(Step.note).order_by(Step.no.desc())).first() == "needs approval"

    def steer(verb, by):
        run(sessions.write, lambda session: verb(session, broadcast_id, by=by, now=LATER))

    with pytest.raises(broadcasts.NeedsApproval):
        steer(broadcasts.resume, MAKER)
    steer(broadcasts.approve, OTHER)
    steer(broadcasts.resume, MAKER)
    assert plan_all(sessions, broadcast_id, now=LATER, limit=2) == [2, 1]


def test_a_slice_is_four_statements_however_many_it_decides(sessions, started):
    broadcast_id, said = started(), []
    for limit in (1, 1, 5):
        with sessions.write.begin() as session, statements_of(session) as some:
            broadcasts.plan_slice(session, broadcast_id, now=LATER, limit=limit)
            session.flush()
        said.append([one.split()[0] for one in some])
    assert said[0] == ["SELECT", "UPDATE", "SELECT", "INSERT", "UPDATE"]  # notes that planning has begun
    assert said[1:] == [["SELECT", "SELECT", "INSERT", "UPDATE"]] * 2


def test_the_database_looks_at_the_slice_and_at_no_more(mariadb, clock):
    """Of many members it reads those of the slice by their ids, and looks for causes in their index."""
    sessions = make_runtime(mariadb, clock).sessions
    with sessions.write.begin() as session:
        make_operator(session, MAKER)
        for _ in range(300):
            make_member(session)
        broadcast_id = make_started(session, now=LATER).id
    with mariadb.begin() as connection:
        connection.execute(text("ANALYZE TABLE members, messages"))
    for _ in range(2):
        with sessions.write.begin() as session:
            before = rows_read(session)
            assert broadcasts.plan_slice(session, broadcast_id, now=LATER, limit=10) == 10
            session.flush()
            assert rows_read(session) - before < 150


def rows_read(session):
    """How many rows the server has read for this connection."""
    found = session.execute(text("SHOW SESSION STATUS LIKE 'Handler_read%'")).all()
    return sum(int(count) for _, count in found)
