"""Going back leaves all messages but those of broadcasts, whose words go with them."""

from sqlalchemy import select

from backend.kit import migrations
from backend.messaging.models import Delivery, Message
from tests.factories.broadcasts import MAKER, make_started, plan_all
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def test_there_and_back(movable, clock):
    sessions = make_runtime(movable, clock).sessions
    with sessions.write.begin() as session:
        make_operator(session, MAKER)
        member_id = make_member(session, now=MORNING.replace(hour=0)).id
        broadcast_id = make_started(session).id
        session.flush()
        others = set(session.scalars(select(Message.id)))
    plan_all(sessions, broadcast_id)
    with sessions.write.begin() as session:
        (mine,) = session.scalars(select(Message.id).where(Message.queue == broadcast_id))
        parts = {"member_id": member_id, "marketing": True, "status": "sent", "attempts": 1, "ended_at": MORNING}
        session.add_all(Delivery(message_id=one, channel="notice", **parts) for one in (mine, *others))
    migrations.downgrade(movable, "0027")
    migrations.upgrade(movable)
    with sessions.read() as session:
        assert others
        assert set(session.scalars(select(Message.id))) == set(session.scalars(select(Delivery.message_id))) == others
