from datetime import timedelta

import pytest
from sqlalchemy import update

from backend import messaging
from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import serving
from backend.messaging.models import Message
from backend.messaging.rules import Status
from tests.factories.broadcasts import MAKER, WORDS
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

NIGHT = MORNING + timedelta(hours=14)  # 23:00 in the shop
SERVICE = {
    "template": "points_earned",
    "words": {"points": "1", "reason": "更正", "balance": "2", "at": "2026年3月1日 09:00"},
}


@pytest.fixture
def people(join):
    return join(2)


def steer(sessions, verb, broadcast_id, now=MORNING):
    return run(sessions.write, lambda session: verb(session, broadcast_id, by=MAKER, now=now))


def served(sessions, now=MORNING):
    with sessions.read() as session:
        return [one.id for one in serving.served(session, now=now)]


def held(sessions, now=MORNING):
    return run(sessions.write, lambda session: list(serving.held(session, now=now)))


def inbox(sessions, member_id):
    with sessions.read() as session:
        found = messaging.received(session, member_id, limit=9)
        assert messaging.unread(session, member_id) == sum(one.read_at is None for one in found)
        return [one.lines for one in found]


def end(sessions, broadcast_id, status=Status.SENT, error=None):
    def work(session):
        session.execute(update(Message).where(Message.queue == broadcast_id).values(status=status, error=error))

    run(sessions.write, work)


def test_what_runs_is_served_in_the_order_of_planning(sessions, people, running):
    first, second = running(now=MORNING - timedelta(hours=1)), running(now=MORNING - timedelta(hours=2))
    assert served(sessions) == [first, second]
    steer(sessions, broadcasts.pause, first)
    assert served(sessions) == [second]
    assert held(sessions) == [(second, None)]


def test_what_can_wait_for_the_morning_is_not_served_at_night(sessions, people, running):
    running(now=MORNING - timedelta(hours=1))
    at_once = running(now=MORNING - timedelta(hours=1), **SERVICE)
    assert served(sessions, now=NIGHT) == [at_once]
    assert [one for one, _ in held(sessions, now=NIGHT)] == [at_once]


def test_a_pace_is_counted_by_the_minute(sessions, people, running):
    broadcast_id = running(per_minute=5)

    def take(count, now):
        def work(session):
            ((_, left),) = list(serving.held(session, now=now))
            serving.count_taken(session, broadcast_id, count)
            return left

        return run(sessions.write, work)

    soon, later = MORNING + timedelta(seconds=59), MORNING + timedelta(seconds=60)
    assert [take(3, MORNING), take(2, soon), take(0, soon), take(1, later), take(0, later)] == [5, 2, 0, 5, 4]


def test_a_message_has_the_words_of_its_broadcast_and_its_own(sessions, people, running, rows):
    broadcast_id = running()
    with sessions.read() as session:
        (one, other) = rows(broadcast_id)
        one.words = {"text": "仅限您"}
        with statements_of(session) as said:
            found = serving.words_of(session, [one, other])
        assert found == {one.id: WORDS | {"text": "仅限您"}, other.id: WORDS}
    assert len(said) == 1


def test_a_message_of_no_broadcast_has_its_own_words_and_asks_nobody(session, join):
    (member_id,) = join()
    message = make_message(session, member_id, queue=2)
    with statements_of(session) as said:
        assert serving.words_of(session, [message]) == {message.id: message.words}
    assert said == []


def test_the_inbox_shows_what_had_its_turn(sessions, people, running, rows):
    broadcast_id = running()
    assert inbox(sessions, people[0]) == []
    end(sessions, broadcast_id)
    assert inbox(sessions, people[0]) == [[("活动名称", "周年庆会员日"), ("活动内容", "全场满三百减五十")]]


@pytest.mark.parametrize("status", [Status.UNREACHABLE, Status.SKIPPED, Status.DEAD])
def test_the_inbox_shows_also_what_did_not_go_out(sessions, people, running, rows, status):
    broadcast_id = running()
    end(sessions, broadcast_id, status, "no way")
    assert len(inbox(sessions, people[0])) == 1


def test_the_inbox_does_not_show_what_was_stopped_before_its_turn(sessions, people, running, rows):
    broadcast_id = running()
    steer(sessions, broadcasts.stop, broadcast_id)
    run(sessions.write, lambda session: broadcasts.skip_rest(session, broadcast_id, now=MORNING, limit=9))
    assert {row.status for row in rows(broadcast_id)} == {"skipped"}
    assert inbox(sessions, people[0]) == []


def test_what_is_withdrawn_is_in_no_inbox_and_nobody_can_read_it(sessions, people, running, rows):
    broadcast_id, kept = running(), running()
    for one in (broadcast_id, kept):
        end(sessions, one)
    run(sessions.write, lambda session: broadcasts.finish(session, broadcast_id, now=MORNING))
    steer(sessions, broadcasts.withdraw, broadcast_id)
    assert len(inbox(sessions, people[0])) == 1
    gone, own = rows(broadcast_id)[0], rows(kept)[0]
    with pytest.raises(messaging.MessageUnknown), sessions.write() as session:
        messaging.mark_read(session, people[0], [gone.id], now=MORNING)
    run(sessions.write, lambda session: messaging.mark_read_up_to(session, people[0], own.id, now=MORNING))
    assert [rows(one)[0].read_at for one in (broadcast_id, kept)] == [None, MORNING]


def test_what_waits_for_its_turn_is_not_read_before(sessions, people, running, rows):
    broadcast_id = running()
    later = run(sessions.write, lambda session: make_message(session, people[0]).id)
    run(sessions.write, lambda session: messaging.mark_read_up_to(session, people[0], later, now=MORNING))
    end(sessions, broadcast_id)
    with sessions.read() as reading:
        assert messaging.unread(reading, people[0]) == 1
