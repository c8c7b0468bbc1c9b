"""A pause is at once: when it is committed, nothing of the broadcast is claimed any more."""

from threading import Event
from time import sleep

import pytest
from sqlalchemy import func, select, update

from backend.kit.db import run
from backend.messaging import broadcasts, deliver_due
from backend.messaging.broadcasts import serving
from backend.messaging.models import Message
from backend.messaging.rules import Status
from tests.backend.messaging.broadcasts.pigeons import PigeonPost, Pigeons
from tests.factories.broadcasts import MAKER
from tests.support.clocks import MORNING
from tests.support.meetings import rewritten
from tests.support.races import race
from tests.support.runtimes import make_runtime

MEMBERS = 60


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


@pytest.fixture
def people(join):
    return join(MEMBERS)


def steer(sessions, verb, broadcast_id):
    run(sessions.write, lambda session: verb(session, broadcast_id, by=MAKER, now=MORNING))


def count(sessions, *which):
    with sessions.read() as session:
        return session.scalar(select(func.count(Message.id)).where(*which))


def pause_during_a_claim(sessions, broadcast_id):
    """A claim has found what runs when the pause is asked for. What was committed first, and what was claimed then."""
    found, committed = Event(), []

    def slow(session):
        queues = [queue for queue, _ in serving.held(session, now=MORNING)]
        found.set()
        sleep(0.3)  # time in which the pause could be committed, if nothing held it up
        taken = update(Message).where(Message.queue.in_(queues), Message.status == Status.WAITING)
        session.execute(taken.values(token="late"))

    def work(number):
        if number:
            run(sessions.write, slow)
            committed.append("claim")
        else:
            found.wait(10)
            steer(sessions, broadcasts.pause, broadcast_id)
            committed.append("pause")

    race(2, work)
    return committed, count(sessions, Message.queue == broadcast_id, Message.token == "late")


def test_nothing_is_claimed_after_the_pause_is_committed(mariadb, sessions, people, running):
    """Who pauses waits for the claims under way, and who claims afterwards finds nothing."""
    broadcast_id = running()
    assert pause_during_a_claim(sessions, broadcast_id) == (["claim", "pause"], MEMBERS)
    assert run(sessions.write, lambda session: list(serving.held(session, now=MORNING))) == []


def test_without_the_lock_a_claim_comes_after_the_pause(mariadb, sessions, people, running):
    """The negative control of the test above."""
    broadcast_id = running()
    with rewritten(mariadb, "LOCK IN SHARE MODE", ""):
        assert pause_during_a_claim(sessions, broadcast_id) == (["pause", "claim"], MEMBERS)


def test_deliverers_who_are_at_work_stop_when_it_is_paused(sessions, clock, people, running):
    """Four of them, each with letters under way: what they hold goes out, and no more."""
    broadcast_id, held = running(), []
    mine = (Message.queue == broadcast_id, Message.status == Status.WAITING)

    class Watched(Pigeons):
        def send(self, letter):
            receipt = super().send(letter)
            if self.carried.total() == 10 and not held:
                steer(sessions, broadcasts.pause, broadcast_id)
                held.append(count(sessions, *mine, Message.token.is_not(None)))
                self.flown = self.carried.total()
            return receipt

    post = PigeonPost(sessions, clock, (Watched(),))
    race(4, lambda _: deliver_due(post, workers=2))
    assert post.channels[0].carried.total() <= post.channels[0].flown + held[0]
    assert count(sessions, *mine) > MEMBERS // 4
    steer(sessions, broadcasts.resume, broadcast_id)
    deliver_due(post)
    assert post.channels[0].carried == dict.fromkeys(people, 1)
