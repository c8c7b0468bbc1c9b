from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from backend import messaging
from backend.messaging.models import Message
from backend.messaging.rules import Status
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING


@pytest.fixture
def message(session):
    member_id = make_member(session).id
    session.execute(delete(Message))
    return make_message(session, member_id)


@pytest.mark.parametrize("status", [Status.DEAD, Status.DOUBTFUL, Status.UNREACHABLE, Status.SKIPPED])
def test_what_ended_unsent_can_be_sent_again(session, message, status):
    message.status, message.attempts, message.unsure_since, message.error = status, 12, MORNING, "TryLater"
    session.flush()
    later = datetime(2026, 3, 2, tzinfo=UTC)
    messaging.requeue(session, message.id, now=later)
    assert (message.status, message.attempts, message.due_at) == (Status.WAITING, 0, later)
    assert (message.unsure_since, message.error, message.ended_at) == (None, None, None)


@pytest.mark.parametrize("status", [Status.WAITING, Status.SENT])
def test_what_waits_or_was_sent_cannot(session, message, status):
    message.status = status
    session.flush()
    with pytest.raises(messaging.NotEnded):
        messaging.requeue(session, message.id, now=MORNING)


def test_an_unknown_message_cannot_either(session):
    with pytest.raises(messaging.MessageUnknown):
        messaging.requeue(session, 1, now=MORNING)


def test_a_wrong_word_is_put_right(session, message):
    message.status = Status.DEAD
    session.flush()
    messaging.requeue(session, message.id, words={"tier": "金卡"}, now=MORNING)
    assert message.words == {"tier": "金卡", "at": "2026年3月1日 09:00"}


def test_a_word_that_the_message_does_not_have_changes_nothing(session, message):
    message.status = Status.DEAD
    session.flush()
    with pytest.raises(messaging.WordUnknown):
        messaging.requeue(session, message.id, words={"colour": "red"}, now=MORNING)
    assert message.status == Status.DEAD
