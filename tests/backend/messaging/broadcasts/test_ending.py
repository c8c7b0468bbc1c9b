from datetime import timedelta

import pytest
from sqlalchemy import select, update

from backend import messaging
from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import ending
from backend.messaging.broadcasts.models import Listed
from backend.messaging.models import Message
from backend.messaging.rules import LEASE, Status
from tests.factories.broadcasts import MAKER, make_broadcast, make_started
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def people(join):
    return join(4)


@pytest.fixture
def write(sessions):
    return lambda verb, *args, **parts: run(sessions.write, lambda session: verb(session, *args, **parts))


def under_way(sessions, now=LATER):
    with sessions.read() as session:
        return ending.under_way(session, now=now, limit=9)


def stands(sessions, broadcast_id):
    with sessions.read() as session:
        found = broadcasts.broadcast(session, broadcast_id)
        return found.status, found.ended_at


def settle(sessions, broadcast_id, status=Status.SENT, count=99):
    def work(session):
        ids = session.scalars(select(Message.id).where(Message.queue == broadcast_id).limit(count)).all()
        session.execute(update(Message).where(Message.id.in_(ids)).values(status=status))

    run(sessions.write, work)


def test_what_is_due_runs_or_was_stopped_is_under_way(sessions, people, running, write):
    due, planned = write(make_started).id, running()
    soon = write(broadcasts.start, write(make_broadcast).id, by=MAKER, now=MORNING, at=LATER + LEASE).id
    write(make_broadcast)
    paused, stopped = running(), running()
    write(broadcasts.pause, paused, by=MAKER, now=MORNING)
    write(broadcasts.stop, stopped, by=MAKER, now=MORNING)
    assert under_way(sessions) == sorted([due, planned, stopped])
    assert under_way(sessions, now=LATER + LEASE) == [*sorted([due, planned, stopped]), soon]


def test_it_is_done_when_nothing_waits(sessions, people, running, write):
    broadcast_id = running()
    settle(sessions, broadcast_id, count=3)
    assert not write(broadcasts.finish, broadcast_id, now=LATER)
    settle(sessions, broadcast_id)
    assert write(broadcasts.finish, broadcast_id, now=LATER)
    assert stands(sessions, broadcast_id) == ("done", LATER)
    assert under_way(sessions) == []


def test_what_is_paused_is_not_done(sessions, people, running, write):
    broadcast_id = running()
    settle(sessions, broadcast_id)
    write(broadcasts.pause, broadcast_id, by=MAKER, now=LATER)
    assert not write(broadcasts.finish, broadcast_id, now=LATER)


def test_of_what_was_stopped_the_rest_is_skipped_slice_by_slice(sessions, people, running, write, rows):
    broadcast_id = running()
    assert write(broadcasts.skip_rest, broadcast_id, now=LATER, limit=9) is None
    settle(sessions, broadcast_id, count=1)
    write(broadcasts.stop, broadcast_id, by=MAKER, now=LATER)
    skipped = [write(broadcasts.skip_rest, broadcast_id, now=LATER, limit=2) for _ in range(4)]
    assert skipped == [2, 1, None, None]
    assert sorted(row.status for row in rows(broadcast_id)) == ["sent", "skipped", "skipped", "skipped"]
    assert {row.ended_at for row in rows(broadcast_id) if row.status == "skipped"} == {LATER}
    assert stands(sessions, broadcast_id) == ("stopped", LATER)


def test_what_a_deliverer_holds_is_left_to_it_until_its_lease_is_over(sessions, people, running, write, rows):
    broadcast_id = running()
    held = rows(broadcast_id)[0].id
    write(
        lambda session: session.execute(
            update(Message).where(Message.id == held).values(token="t", due_at=LATER + LEASE)
        )
    )
    write(broadcasts.stop, broadcast_id, by=MAKER, now=LATER)
    assert write(broadcasts.skip_rest, broadcast_id, now=LATER, limit=9) == 3
    assert write(broadcasts.skip_rest, broadcast_id, now=LATER, limit=9) is None
    assert stands(sessions, broadcast_id) == ("stopped", None)
    assert write(broadcasts.skip_rest, broadcast_id, now=LATER + LEASE, limit=9) == 1
    assert write(broadcasts.skip_rest, broadcast_id, now=LATER + LEASE, limit=9) is None
    assert stands(sessions, broadcast_id) == ("stopped", LATER + LEASE)


def test_what_waits_again_lets_a_broadcast_go_on(sessions, people, running, write, rows):
    done, stopped, over = running(), running(), running()
    for broadcast_id in (done, stopped, over):
        settle(sessions, broadcast_id, Status.DEAD)
    write(broadcasts.stop, stopped, by=MAKER, now=LATER)
    write(broadcasts.skip_rest, stopped, now=LATER, limit=9)
    for broadcast_id in (done, over):
        write(broadcasts.finish, broadcast_id, now=LATER)
    assert write(broadcasts.reopen, limit=9) == 0
    for broadcast_id in (done, stopped):
        write(messaging.requeue, rows(broadcast_id)[0].id, now=LATER)
    assert write(broadcasts.reopen, limit=9) == 2
    assert [stands(sessions, one) for one in (done, stopped, over)] == [
        ("running", None),
        ("stopped", None),
        ("done", LATER),
    ]
    assert write(broadcasts.reopen, limit=9) == 0


def test_of_what_was_withdrawn_nothing_goes_out_again(sessions, people, running, write, rows):
    broadcast_id = running()
    settle(sessions, broadcast_id, Status.DEAD)
    write(broadcasts.finish, broadcast_id, now=LATER)
    write(broadcasts.withdraw, broadcast_id, by=MAKER, now=LATER)
    write(messaging.requeue, rows(broadcast_id)[0].id, now=LATER)
    assert write(broadcasts.reopen, limit=9) == 1
    assert write(broadcasts.skip_rest, broadcast_id, now=LATER, limit=9) == 1
    assert stands(sessions, broadcast_id)[0] == "stopped"


def test_the_words_of_one_message_are_put_right_for_it_alone(sessions, people, running, write, rows):
    broadcast_id = running()
    settle(sessions, broadcast_id, Status.DEAD)
    corrected, *others = rows(broadcast_id)
    write(messaging.requeue, corrected.id, words={"text": "满三百减六十"}, now=LATER)
    assert [row.words for row in rows(broadcast_id)] == [{"text": "满三百减六十"}] + [{}] * len(others)
    with pytest.raises(messaging.WordUnknown):
        write(messaging.requeue, others[0].id, words={"day": "3月1日"}, now=LATER)


def test_of_what_has_ended_the_list_is_forgotten(sessions, people, running, write):
    ended, under_way_still = running(people=people), running(people=people)
    settle(sessions, ended)
    write(broadcasts.finish, ended, now=LATER)
    assert [write(broadcasts.forget_lists, limit=3) for _ in range(3)] == [3, 1, 0]
    with sessions.read() as session:
        assert set(session.scalars(select(Listed.broadcast_id))) == {under_way_still}


def test_each_of_these_is_a_few_statements(sessions, people, running):
    broadcast_id = running()
    with sessions.write() as session, statements_of(session) as said:
        broadcasts.finish(session, broadcast_id, now=LATER)
        broadcasts.reopen(session, limit=9)
        ending.under_way(session, now=LATER, limit=9)
    assert len(said) == 4
