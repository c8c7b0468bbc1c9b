from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from backend.kit.db import run
from backend.messaging.models import Message
from tests.factories.broadcasts import MAKER, OTHER, make_started, plan_all
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING


@pytest.fixture
def operators(sessions):
    """Two who may write to members."""

    def come(session):
        for login in (MAKER, OTHER):
            make_operator(session, login)

    run(sessions.write, come)


@pytest.fixture
def join(sessions):
    """`join(n)` lets n members join, by default a day before; their news are taken back. Tells their ids."""

    def some(count=1, *, now=MORNING - timedelta(days=1)):
        def work(session):
            found = [make_member(session, now=now).id for _ in range(count)]
            session.flush()
            session.execute(delete(Message).where(Message.member_id.in_(found)))
            return found

        return run(sessions.write, work)

    return some


@pytest.fixture
def running(sessions, operators):
    """`running(**wish)` plans a broadcast and tells its id."""

    def begin(**parts):
        broadcast_id = run(sessions.write, lambda session: make_started(session, **parts)).id
        plan_all(sessions, broadcast_id)
        return broadcast_id

    return begin


@pytest.fixture
def rows(sessions):
    """`rows(id)` are the messages of a broadcast, in the order of their members."""

    def found(broadcast_id):
        with sessions.read() as session:
            mine = select(Message).where(Message.queue == broadcast_id).order_by(Message.member_id, Message.id)
            return session.scalars(mine).all()

    return found
