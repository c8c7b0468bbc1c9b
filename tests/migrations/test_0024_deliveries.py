"""What was sent went by the official account, and what waits keeps its tries; there and back (O1)."""

import sqlalchemy as sa

from backend.kit import migrations
from backend.messaging.models import Delivery, Message
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

OLD = sa.table("messages", sa.column("status"), sa.column("msgid"), sa.column("attempts"))


def messages(session):
    member_id = make_member(session).id
    session.execute(sa.delete(Message))
    sent = make_message(session, member_id, status="sent", attempts=1, ended_at=MORNING, channel="official-account")
    make_message(session, member_id, status="dead", attempts=2, ended_at=MORNING, channel="official-account", error="E")
    make_message(session, member_id, template="tier_lost", attempts=3, channel="official-account", queue=1)
    make_message(session, member_id, template="points_earned")
    common = {"channel": "official-account", "member_id": member_id, "marketing": False, "ended_at": MORNING}
    session.add(Delivery(message_id=sent.id, status="sent", attempts=1, msgid="4711", **common))


def test_there_and_back(movable, clock):
    sessions = make_runtime(movable, clock).sessions
    with sessions.write.begin() as session:
        messages(session)
    migrations.downgrade(movable, "0023")
    with movable.connect() as connection:
        old = connection.execute(sa.select(OLD).order_by(OLD.c.attempts)).all()
        assert old == [("waiting", None, 0), ("sent", "4711", 1), ("dead", None, 2), ("waiting", None, 3)]
    migrations.upgrade(movable)
    with sessions.read() as session:
        rows = session.execute(sa.select(Message.queue, Message.channel, Message.attempts).order_by(Message.id)).all()
        oa = "official-account"
        assert rows == [(0, oa, 1), (0, oa, 2), (1, oa, 3), (0, None, 0)]
        kept = session.execute(sa.select(Delivery.status, Delivery.msgid, Delivery.error).order_by(Delivery.message_id))
        assert kept.all() == [("sent", "4711", None), ("dead", None, "E")]
