from datetime import timedelta

from backend import conversations
from backend.conversations import tidy_desk
from config import policy
from tests.factories.conversations import make_conversation, make_words
from tests.factories.members import make_follower
from tests.support.clocks import MORNING

TICK = timedelta(microseconds=1)
HOURS_48 = timedelta(hours=48)


def tidied(session, now):
    session.flush()
    return dict(tidy_desk(session, now=now, limit=50))


def test_who_waits_lapses_when_no_answer_is_possible_any_more(session):
    mine = make_conversation(session)
    assert tidied(session, MORNING + HOURS_48 - TICK) == {}
    assert tidied(session, MORNING + HOURS_48) == {"lapsed": 1}
    assert (mine.status, mine.ending, mine.closed_by) == ("closed", "lapsed", None)


def test_who_writes_again_goes_on_waiting(session):
    identity = make_follower(session)
    make_conversation(session, identity=identity)
    make_words(session, identity, now=MORNING + timedelta(hours=40))
    assert tidied(session, MORNING + HOURS_48) == {}


def test_where_the_desk_had_the_last_word_it_is_done(session):
    mine = make_conversation(session, by="anna")
    conversations.reply(session, mine.id, "您好", by="anna", now=MORNING + timedelta(minutes=1))
    since = MORNING + timedelta(minutes=1)
    assert tidied(session, since + policy.DESK_SILENCE - TICK) == {}
    assert tidied(session, since + policy.DESK_SILENCE) == {"silent": 1}
    assert (mine.status, mine.ending) == ("closed", "silent")


def test_where_the_follower_had_it_a_colleague_is_to_look(session):
    mine = make_conversation(session, by="anna")
    assert tidied(session, MORNING + policy.DESK_SILENCE) == {"returned": 1}
    assert (mine.status, mine.taken_by, mine.waiting_since) == ("waiting", None, MORNING)


def test_what_was_taken_just_now_stays_taken(session):
    mine = make_conversation(session)
    conversations.take(session, mine.id, by="anna", now=MORNING + timedelta(hours=5))
    assert tidied(session, MORNING + timedelta(hours=6)) == {}


def test_no_more_at_once_than_told(session):
    for _ in range(3):
        make_conversation(session)
    session.flush()
    assert tidy_desk(session, now=MORNING + HOURS_48, limit=2).total() == 2
    assert tidy_desk(session, now=MORNING + HOURS_48, limit=2).total() == 1
