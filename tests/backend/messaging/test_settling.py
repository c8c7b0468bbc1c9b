from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from backend.messaging.models import Message
from backend.messaging.routing import End, Go, Rest
from backend.messaging.rules import Status
from backend.messaging.settling import end, put_off
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

LATER = MORNING + timedelta(hours=1)
GONE = End(Status.UNREACHABLE, "no way")


@pytest.fixture
def messages(session):
    members = [make_member(session).id for _ in range(3)]
    session.execute(delete(Message))
    return [make_message(session, member_id) for member_id in members]


def due(session):
    return session.scalars(select(Message.due_at).order_by(Message.id)).all()


def test_what_ends_alike_ends_in_one_statement(session, messages):
    first, second, third = messages
    routes = [(first, GONE), (second, GONE), (third, End(Status.SKIPPED, "no template"))]
    with statements_of(session) as said:
        assert end(session, routes, MORNING) == {Status.UNREACHABLE: 2, Status.SKIPPED: 1}
    assert len(said) == 2
    rows = session.execute(select(Message.status, Message.error, Message.ended_at).order_by(Message.id)).all()
    assert rows == [("unreachable", "no way", MORNING)] * 2 + [("skipped", "no template", MORNING)]


def test_what_goes_is_not_touched(session, messages):
    routes = [(message, Go("sms", "138")) for message in messages]
    assert end(session, routes, MORNING) == {}
    assert put_off(session, routes, MORNING) == 0


def test_what_rests_takes_the_member_s_later_ones_of_its_queue_along(session, messages):
    first, *_ = messages
    make_message(session, first.member_id)
    make_message(session, first.member_id, queue=1)
    assert put_off(session, [(first, Rest(LATER))], MORNING) == 1
    assert due(session) == [LATER, MORNING, MORNING, LATER, MORNING]


@pytest.mark.parametrize("change", [{"status": Status.SENT}, {"due_at": LATER}])
def test_what_another_has_taken_meanwhile_is_left_alone(session, messages, change):
    """The UPDATE itself finds only what still waits and is due."""
    first, *_ = messages
    for name, value in change.items():
        setattr(first, name, value)
    session.flush()
    assert end(session, [(first, GONE)], MORNING) == {Status.UNREACHABLE: 0}
    assert put_off(session, [(first, Rest(LATER + timedelta(hours=1)))], MORNING) == 0
