"""What had ended before there was an inbox counts as read then; what waited is news (O1)."""

from datetime import timedelta

import sqlalchemy as sa

from backend import messaging
from backend.kit import migrations
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

ENDED = MORNING + timedelta(minutes=1, microseconds=1)


def messages(session):
    member_id = make_member(session).id
    session.execute(sa.delete(Message))
    make_message(session, member_id, status="sent", ended_at=ENDED)
    make_message(session, member_id, status="unreachable", ended_at=ENDED)
    make_message(session, member_id)
    return member_id


def test_there_and_back(movable, clock):
    sessions = make_runtime(movable, clock).sessions
    with sessions.write.begin() as session:
        member_id = messages(session)
        assert messaging.unread(session, member_id) == 3
    migrations.downgrade(movable, "0022")
    migrations.upgrade(movable)
    with sessions.read() as session:
        inbox = messaging.received(session, member_id, limit=9)
        assert [one.read_at for one in inbox] == [None, ENDED, ENDED]
        assert messaging.unread(session, member_id) == 1
