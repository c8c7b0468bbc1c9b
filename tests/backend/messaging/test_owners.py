import pytest
from sqlalchemy import select

from backend import messaging
from backend.members import MembershipClosed, MembersMerged
from backend.messaging.models import Message
from backend.messaging.rules import Status
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def messages_of(session):
    def found(member_id):
        session.flush()
        session.expire_all()
        return session.scalars(select(Message).where(Message.member_id == member_id).order_by(Message.id)).all()

    return found


def test_messages_pass_to_the_survivor(session, messages_of):
    gone, into = make_member(session).id, make_member(session).id
    before = {one.id for member_id in (gone, into) for one in messages_of(member_id)}
    assert before
    read = messages_of(gone)[0]
    read.read_at = MORNING
    messaging.move_messages(session, MembersMerged(gone, into, MORNING))
    assert {one.id for one in messages_of(into)} == before
    assert messages_of(gone) == []
    assert {one.id for one in messages_of(into) if one.read_at == MORNING} == {read.id}


def test_to_who_left_nothing_more_is_sent(session, messages_of):
    leaver, other = make_member(session).id, make_member(session).id
    sent, *_ = messages_of(leaver)
    sent.status, sent.ended_at = Status.SENT, MORNING
    session.add(_copy(sent))
    session.flush()
    messaging.drop_waiting(session, MembershipClosed(leaver, MORNING))
    assert [one.status for one in messages_of(leaver)] == [Status.SENT, Status.SKIPPED]
    assert messages_of(leaver)[1].ended_at == MORNING
    assert {one.status for one in messages_of(other)} == {Status.WAITING}


def _copy(message):
    return Message(
        member_id=message.member_id,
        template=message.template,
        words=message.words,
        cause=b"c" * 32,
        decided_at=MORNING,
        due_at=MORNING,
        token="claimed",
    )
