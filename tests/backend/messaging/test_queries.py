from datetime import timedelta

from backend import messaging
from backend.kit.db import run
from backend.messaging import deliver_due
from tests.backend.messaging.recipients import SEND, rows, tell
from tests.support.clocks import MORNING


def asked(runtime, query, **how):
    with runtime.sessions.read() as session:
        return query(session, **how)


def test_an_empty_outbox(runtime):
    assert asked(runtime, messaging.outbox_depth) == 0
    assert asked(runtime, messaging.longest_waiting_since) is None
    assert asked(runtime, messaging.dead_letters, limit=10) == []


def test_depth_counts_what_waits(runtime, clock, recipient):
    tell(runtime, recipient, 1)
    clock.move(timedelta(minutes=1))
    tell(runtime, recipient, 2)
    assert asked(runtime, messaging.outbox_depth) == 2
    assert asked(runtime, messaging.longest_waiting_since) == MORNING
    deliver_due(runtime)
    assert asked(runtime, messaging.outbox_depth) == 0


def test_dead_letters_newest_first_with_their_reason(runtime, wechat, recipient):
    wechat.fault(SEND, errcode=47003, times=2)
    tell(runtime, recipient, 1, 2, 3)
    deliver_due(runtime)
    first, second, _ = rows(runtime)
    newest, oldest = asked(runtime, messaging.dead_letters, limit=10)
    assert (newest.id, oldest.id) == (second.id, first.id)
    assert (newest.status, newest.ended_at, newest.attempts) == ("dead", MORNING, 1)
    assert newest.error.startswith("ContentRefused 47003 rid ")
    assert asked(runtime, messaging.dead_letters, limit=1) == [newest]
    assert asked(runtime, messaging.dead_letters, before_id=newest.id, limit=10) == [oldest]
    run(runtime.sessions.write, lambda session: messaging.requeue(session, newest.id, now=MORNING))
    assert asked(runtime, messaging.dead_letters, limit=10) == [oldest]


def test_messages_are_tracked_newest_first_with_how_each_channel_fared(runtime, wechat, recipient):
    wechat.fault(SEND, errcode=47003)
    tell(runtime, recipient, 1, 2)
    deliver_due(runtime)
    tell(runtime, recipient, 3)
    waiting, sent, dead = asked(runtime, messaging.tracked, member_id=recipient.member_id, limit=9)
    assert [one.status for one in (waiting, sent, dead)] == ["waiting", "sent", "dead"]
    assert [one.channel for one in (waiting, sent, dead)] == [None, "official-account", "official-account"]
    assert asked(runtime, messaging.tracked, status=messaging.Status.SENT, limit=9) == [sent]
    assert asked(runtime, messaging.tracked, before_id=waiting.id, limit=1) == [sent]
    assert asked(runtime, messaging.tracked, member_id=1, limit=9) == []
    (way,) = asked(runtime, messaging.ways_of, message_id=dead.id)
    assert (way.channel, way.status, way.attempts, way.cost_fen) == ("official-account", "dead", 1, 0)
    assert way.error == dead.error
