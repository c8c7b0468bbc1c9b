from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.kit.db import run
from backend.messaging import broadcasts, deliver_due
from backend.messaging.broadcasts.errors import BroadcastUnknown
from backend.messaging.models import Delivery, Message
from backend.messaging.rules import LEASE
from tests.backend.messaging.broadcasts.pigeons import PigeonPost, Pigeons
from tests.factories.broadcasts import MAKER, OTHER, make_broadcast, make_started
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def people(join):
    return join(9)


def test_where_the_messages_stand(sessions, people, running, rows):
    broadcast_id = running()
    parts = (
        {"status": "sent", "channel": "notice"},
        {"status": "sent", "channel": "sms", "read_at": LATER},
        {"status": "unreachable", "read_at": LATER},
        {"status": "skipped"},
        {"status": "doubtful"},
        {"status": "dead"},
        {"due_at": LATER + LEASE},
        {"due_at": LATER + LEASE, "token": "held"},
    )

    def settle(session):
        for row, values in zip(rows(broadcast_id), parts, strict=False):
            session.execute(update(Message).where(Message.id == row.id).values(**values))

    run(sessions.write, settle)
    with sessions.read() as session:
        assert asdict(broadcasts.progress(session, broadcast_id, now=LATER)) == {
            "planned": 9,
            "waiting": 2,
            "parked": 1,
            "sent": {"notice": 1, "sms": 1},
            "unreachable": 1,
            "skipped": 1,
            "doubtful": 1,
            "dead": 1,
            "read": 2,
        }


def test_of_another_broadcast_nothing_counts(sessions, people, running):
    running()
    with sessions.read() as session:
        assert broadcasts.progress(session, 404, now=LATER).planned == 0
        assert broadcasts.reached(session, 404) == []


def test_what_each_channel_did_and_what_it_took_for_it(sessions, clock, people, running):
    broadcast_id = running()
    post = PigeonPost(sessions, clock, (Pigeons("notice", known=people[:3]), Pigeons("mini-program", cost_fen=4)))
    assert deliver_due(post) == {"sent": 9}

    def report(session):
        shown = update(Delivery).where(Delivery.channel == "notice", Delivery.member_id == people[0])
        session.execute(shown.values(status="shown"))

    run(sessions.write, report)
    with sessions.read() as session:
        found = [asdict(one) for one in broadcasts.reached(session, broadcast_id)]
    assert found == [
        {"channel": "mini-program", "taken": 6, "shown": 0, "cost_fen": 24},
        {"channel": "notice", "taken": 3, "shown": 1, "cost_fen": 0},
    ]


def test_pages_of_one_status_or_of_all(session, join, operators):
    join()
    made = [make_broadcast(session) for _ in range(3)]
    started = make_started(session)
    newest = [started, *reversed(made)]
    assert broadcasts.page(session, limit=2) == newest[:2]
    assert broadcasts.page(session, before_id=newest[1].id, limit=9) == newest[2:]
    assert broadcasts.page(session, status="scheduled", limit=9) == [started]


def test_steps_are_told_newest_first(session, operators):
    made = make_broadcast(session)
    broadcasts.approve(session, made.id, by=OTHER, note="可以", now=MORNING)
    broadcasts.stop(session, made.id, by=MAKER, now=LATER)
    session.flush()
    told = [(one.no, one.what, one.by, one.note, one.at) for one in broadcasts.steps(session, made.id, limit=9)]
    assert told == [(2, "stop", MAKER, "", LATER), (1, "approve", OTHER, "可以", MORNING)]
    assert len(broadcasts.steps(session, made.id, limit=1)) == 1


def test_there_is_none(session):
    with pytest.raises(BroadcastUnknown):
        broadcasts.broadcast(session, 404)
