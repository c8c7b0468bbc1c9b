from datetime import timedelta

import pytest
from sqlalchemy import select, text

from backend import conversations
from backend.conversations import forget_conversations, forget_lines, hear, said_with, say, service_window
from backend.conversations.log import text_of
from backend.conversations.models import ChatLine, Conversation
from tests.factories.conversations import make_conversation, make_words
from tests.factories.members import make_follower
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(minutes=10)


@pytest.fixture
def follower(session):
    identity = make_follower(session)
    session.flush()
    return identity


def log(session, identity):
    session.flush()
    return [(line.sender, line.kind, line.text) for line in reversed(said_with(session, [identity.id], limit=50))]


def test_words_and_answers_are_kept(session, follower):
    hear(session, follower.id, kind="text", text="积分", at=MORNING, now=MORNING)
    say(session, follower.id, kind="text", text="可用积分：100", now=MORNING)
    assert log(session, follower) == [("follower", "text", "积分"), ("robot", "text", "可用积分：100")]


def test_what_is_said_is_sealed(session, follower):
    make_words(session, follower, "我的手机号是 13800138000")
    assert session.scalars(select(ChatLine)).one().text_sealed is not None
    stored = session.execute(text("SELECT text_sealed FROM chat_lines")).scalar_one()
    assert b"13800138000" not in bytes(stored)
    assert "13800138000" not in repr(said_with(session, [follower.id], limit=1))


def test_a_text_of_wechat_s_longest_is_kept_whole(session, follower):
    make_words(session, follower, "字" * 682)
    assert text_of(session, session.scalars(select(ChatLine)).one()) == "字" * 682


def test_words_open_the_long_window_and_a_press_the_short_one(session, follower):
    hear(session, follower.id, kind="CLICK", text="积分", at=MORNING, now=MORNING)
    assert service_window(session, follower.id, now=MORNING).left == 3
    make_words(session, follower)
    assert service_window(session, follower.id, now=MORNING).left == 5


def test_the_window_counts_from_wechat_s_time_and_never_from_the_future(session, follower):
    hear(session, follower.id, kind="text", text="a", at=MORNING, now=LATER)
    assert service_window(session, follower.id, now=LATER).wrote_at == MORNING
    hear(session, follower.id, kind="text", text="b", at=LATER + timedelta(minutes=3), now=LATER)
    assert service_window(session, follower.id, now=LATER).wrote_at == LATER


def test_words_belong_to_the_conversation_that_is_open(session, follower):
    make_words(session, follower)
    mine = make_conversation(session, identity=follower)
    make_words(session, follower, "还在吗", now=LATER)
    say(session, follower.id, kind="text", text="请稍候", now=LATER)
    session.flush()
    assert [line.conversation_id for line in said_with(session, [follower.id], limit=9)] == [mine.id] * 5
    assert mine.follower_at == LATER


def test_a_press_in_the_menu_is_no_word_to_people(session, follower):
    mine = make_conversation(session, identity=follower)
    hear(session, follower.id, kind="CLICK", text="积分", at=LATER, now=LATER)
    assert mine.follower_at == MORNING


def test_lines_are_forgotten_after_their_time(session, follower):
    for minutes in range(3):
        make_words(session, follower, now=MORNING + timedelta(minutes=minutes))
    before = MORNING + timedelta(minutes=2)
    assert forget_lines(session, before=before, limit=1) == 1
    assert forget_lines(session, before=before, limit=9) == 1
    assert len(log(session, follower)) == 1


def test_a_conversation_is_forgotten_with_its_last_line(session):
    mine = make_conversation(session, by="anna")
    conversations.reply(session, mine.id, "您好", by="anna", now=MORNING)
    conversations.close(session, mine.id, by="anna", now=LATER)
    session.flush()
    after = LATER + timedelta(days=1)
    assert forget_conversations(session, before=after, limit=9) == 0
    assert forget_lines(session, before=after, limit=9) == 5
    assert forget_conversations(session, before=after, limit=9) == 1
    assert session.scalars(select(Conversation)).all() == []


def test_an_open_conversation_is_never_forgotten(session):
    make_conversation(session)
    after = LATER + timedelta(days=1)
    forget_lines(session, before=after, limit=9)
    assert forget_conversations(session, before=after, limit=9) == 0
