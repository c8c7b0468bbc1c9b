"""Who is served when: service first, what goes to many last, by its pace, the quota of the day, and by day."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.messaging import broadcasts, deliver_due, outbox
from backend.messaging.models import Message
from backend.messaging.quotas import DailyQuotas
from backend.messaging.rules import Queue, Status
from tests.backend.messaging.broadcasts.pigeons import PigeonPost, Pigeons
from tests.factories.broadcasts import MAKER, WORDS
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.statements import statements_on

NIGHT = MORNING + timedelta(hours=14)
TOMORROW = MORNING.replace(hour=16, minute=5)


@pytest.fixture
def people(join):
    return join(6)


@pytest.fixture
def post(sessions, clock):
    return PigeonPost(sessions, clock, (Pigeons("notice"), Pigeons("mini-program")))


def steer(sessions, verb, broadcast_id):
    run(sessions.write, lambda session: verb(session, broadcast_id, by=MAKER, now=MORNING))


def claim(sessions, *, limit=99, now=MORNING, quotas=None, channels=("notice",), token="me"):
    ways = {name: Pigeons(name) for name in channels}
    how = {"token": token, "now": now, "limit": limit, "quotas": quotas or DailyQuotas({})}
    return run(sessions.write, lambda session: outbox.claim(session, ways, **how))


def waiting(sessions, broadcast_id):
    with sessions.read() as session:
        mine = select(func.count()).where(Message.queue == broadcast_id, Message.status == Status.WAITING)
        return session.scalar(mine)


def test_service_goes_before_marketing_and_marketing_before_what_goes_to_many(sessions, people, running):
    broadcast_id = running()

    def more(session):
        for queue in (Queue.MARKETING, Queue.BY_DAY, Queue.AT_ONCE):
            make_message(session, people[0], queue=queue, template="campaign", words=WORDS)

    run(sessions.write, more)
    found = [claim(sessions, limit=1, token=str(number)).letters[0].queue for number in range(4)]
    assert found == [Queue.AT_ONCE, Queue.BY_DAY, Queue.MARKETING, broadcast_id]


def test_while_others_wait_nobody_asks_which_broadcasts_run(sessions, people, running, engine):
    running()
    run(sessions.write, lambda session: make_message(session, people[0], template="campaign", words=WORDS))
    with statements_on(engine) as said:
        claim(sessions, limit=1)
    assert not [one for one in said if "FROM broadcasts" in one and "planned_at" in one]


def test_all_of_it_goes_out_once_with_its_words(sessions, people, running, post):
    broadcast_id = running()
    assert deliver_due(post) == {"sent": 6}
    assert post.channels[0].carried == Counter(people)
    assert post.channels[0].words == [WORDS] * 6
    assert run(sessions.write, lambda session: broadcasts.finish(session, broadcast_id, now=MORNING))


def test_it_does_not_begin_at_night(sessions, people, running, post):
    running()
    assert deliver_due(PigeonPost(post.sessions, FixedClock(NIGHT), post.channels)) == {}
    assert deliver_due(post) == {"sent": 6}


def test_no_more_go_out_in_a_minute_than_the_pace(sessions, people, running, post):
    running(per_minute=4)
    assert [deliver_due(post), deliver_due(post)] == [{"sent": 4}, {}]
    later = FixedClock(MORNING + timedelta(minutes=1))
    assert deliver_due(PigeonPost(sessions, later, post.channels)) == {"sent": 2}


def test_what_the_day_s_quota_does_not_hold_is_parked_and_service_goes_on(sessions, people, running, clock):
    broadcast_id = running()
    post = PigeonPost(sessions, clock, (Pigeons("notice"),), {"notice": 4})  # of which a tenth is kept: 3 are for many
    outcomes = deliver_due(post, workers=1)
    assert outcomes["sent"] == 3
    with sessions.read() as session:
        progress = broadcasts.progress(session, broadcast_id, now=MORNING)
        parked = select(Message.due_at).where(Message.queue == broadcast_id, Message.status == Status.WAITING)
        assert set(session.scalars(parked)) == {TOMORROW}
    assert (progress.sent, progress.parked, progress.waiting) == ({"notice": 3}, 3, 0)
    run(sessions.write, lambda session: make_message(session, people[0], template="tier_lost"))
    service = PigeonPost(sessions, clock, (Pigeons("official-account"), Pigeons("notice")), {"official-account": 1})
    assert deliver_due(service) == {"sent": 1}


def test_what_can_wait_a_day_does_not_take_another_way_for_it(sessions, people, running):
    broadcast_id = running()
    claimed = claim(sessions, quotas=DailyQuotas({"notice": 1}), channels=("notice", "mini-program"))
    assert (claimed.letters, claimed.put_off) == ([], 6)
    assert waiting(sessions, broadcast_id) == 6


def test_of_what_is_paused_nothing_is_looked_at(sessions, people, running, engine):
    broadcast_id = running()
    steer(sessions, broadcasts.pause, broadcast_id)
    with sessions.read() as session, statements_on(engine) as said:
        assert not outbox.anything_due(session, {"notice": Pigeons()}, now=MORNING)
    assert len([one for one in said if "FROM messages" in one]) == len(Queue)
    assert claim(sessions).letters == []
