from datetime import timedelta

import pytest
from sqlalchemy import select, update

from backend import lifecycle
from backend.kit.db import run
from backend.members import MembershipClosed
from backend.messaging import broadcasts
from backend.messaging.broadcasts import rules
from backend.messaging.broadcasts.models import Listed
from backend.messaging.models import Message
from backend.messaging.rules import LEASE
from tests.factories.broadcasts import MAKER, make_broadcast
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)
HELD = {"token": "t", "due_at": LATER + LEASE}
LOST = {"token": "t", "due_at": LATER}


@pytest.fixture
def people(join):
    return join(3)


def merge(sessions, gone, into):
    how = {"gone_id": gone, "into_id": into, "by": MAKER, "reason": "同一人", "now": LATER}
    run(sessions.write, lambda session: lifecycle.merge(session, **how))


@pytest.mark.parametrize(
    ("theirs", "own", "after"),
    [
        ({}, {}, {"skipped", "waiting"}),
        ({"status": "sent"}, {}, {"sent", "skipped"}),
        ({}, {"status": "sent"}, {"skipped", "sent"}),
        ({"status": "doubtful"}, {}, {"doubtful", "skipped"}),
        ({"status": "unreachable"}, {}, {"unreachable", "waiting"}),
        ({}, {"status": "unreachable"}, {"waiting", "unreachable"}),
        ({"status": "sent"}, {"status": "sent"}, {"sent"}),
        (HELD, {}, {"waiting", "skipped"}),
        ({}, HELD, {"skipped", "waiting"}),
        (LOST, {}, {"skipped", "waiting"}),
    ],
)
def test_the_survivor_is_told_once(sessions, people, running, rows, theirs, own, after):
    gone, into, _ = people
    broadcast_id = running()

    def prepare(session):
        for member_id, parts in ((gone, theirs), (into, own)):
            if parts:
                mine = update(Message).where(Message.queue == broadcast_id, Message.member_id == member_id)
                session.execute(mine.values(**parts))

    run(sessions.write, prepare)
    merge(sessions, gone, into)
    found = [row for row in rows(broadcast_id) if row.member_id == into]
    assert len(found) == 2
    assert {row.status for row in found} == after
    skipped = [row for row in found if row.status == "skipped"]
    assert {(row.error, row.ended_at, row.token) for row in skipped} <= {(rules.HAD_IT, LATER, None)}


def test_a_message_that_moves_counts_as_the_survivor_s(sessions, people, running, rows):
    gone, into, other = people
    broadcast_id = running(people=[gone, other])
    merge(sessions, gone, into)
    causes = {row.member_id: row.cause for row in rows(broadcast_id)}
    assert causes == {member_id: rules.cause(broadcast_id, member_id) for member_id in (into, other)}


def test_who_has_left_is_on_no_list(session, operators):
    made = make_broadcast(session, people=[7, 8])
    broadcasts.drop_from_lists(session, MembershipClosed(7, LATER))
    assert session.scalars(select(Listed.member_id).where(Listed.broadcast_id == made.id)).all() == [8]
