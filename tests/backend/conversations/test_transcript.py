from datetime import timedelta

import pytest

from backend import conversations
from backend.conversations import said_in, said_with
from tests.factories.conversations import make_conversation, make_words
from tests.factories.members import make_follower
from tests.support.clocks import MORNING


@pytest.fixture
def follower(session):
    identity = make_follower(session)
    session.flush()
    return identity


def test_pages_go_back_in_time(session, follower):
    for number in range(5):
        make_words(session, follower, str(number), now=MORNING + timedelta(minutes=number))
    newest = said_with(session, [follower.id], limit=2)
    assert [line.text for line in newest] == ["4", "3"]
    assert [line.text for line in said_with(session, [follower.id], before_id=newest[-1].id, limit=9)] == [
        "2",
        "1",
        "0",
    ]


def test_all_identities_of_a_person_make_one_log(session, follower):
    other = make_follower(session)
    session.flush()
    make_words(session, follower, "a")
    make_words(session, other, "b")
    assert [line.text for line in said_with(session, [follower.id, other.id], limit=9)] == ["b", "a"]
    assert [line.text for line in said_with(session, [other.id], limit=9)] == ["b"]


def test_a_conversation_tells_what_was_said_and_done(session, follower):
    mine = make_conversation(session, identity=follower, by="anna")
    conversations.reply(session, mine.id, "您好", by="anna", now=MORNING)
    session.flush()
    told = [
        (line.sender, line.kind, line.text, line.written_by, line.delivery)
        for line in said_in(session, mine.id, limit=9)
    ]
    assert told == [
        ("operator", "text", "您好", "anna", "waiting"),
        ("operator", "taken", "", "anna", None),
        ("robot", "opened", "", None, None),
        ("follower", "text", "有人吗", None, None),
    ]
