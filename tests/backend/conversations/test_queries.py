from datetime import timedelta

from backend import conversations, members
from backend.conversations import Stage, ahead_of, matter, queue, waiting
from tests.factories.conversations import make_conversation, make_words
from tests.factories.members import make_follower, make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import OA

LATER = MORNING + timedelta(minutes=10)


def test_queue_is_in_its_order_and_paged(session):
    rows = [make_conversation(session, now=MORNING + timedelta(minutes=number)) for number in (2, 0, 1)]
    first = queue(session, now=LATER, limit=2)
    assert [one.conversation.id for one in first] == [rows[1].id, rows[2].id]
    last = first[-1].conversation
    rest = queue(session, after=(last.waiting_since, last.id), now=LATER, limit=9)
    assert [one.conversation.id for one in rest] == [rows[0].id]
    assert waiting(session) == 3
    assert [ahead_of(session, one) for one in rows] == [2, 0, 1]


def test_those_taken_are_another_list(session):
    mine = make_conversation(session, by="anna")
    assert queue(session, now=LATER, limit=9) == []
    assert [one.conversation.id for one in queue(session, stage=Stage.TAKEN, now=LATER, limit=9)] == [mine.id]


def test_a_matter_leads_to_the_member_and_tells_the_window(session):
    member = make_member(session, unionid="u-1")
    identity = members.follow(session, appid=OA.appid, openid="o-1", unionid="u-1", now=MORNING)
    mine = matter(session, make_conversation(session, identity=identity), now=LATER)
    assert mine.card_no == member.card_no
    assert (mine.window.left, mine.window.wrote_at) == (5, MORNING)


def test_who_is_no_member_has_no_card(session):
    assert matter(session, make_conversation(session), now=LATER).card_no is None


def test_who_had_the_last_word(session):
    identity = make_follower(session)
    mine = make_conversation(session, identity=identity, by="anna")
    assert matter(session, mine, now=LATER).needs_answer
    conversations.reply(session, mine.id, "您好", by="anna", now=LATER)
    assert not matter(session, mine, now=LATER).needs_answer
    make_words(session, identity, now=LATER + timedelta(minutes=1))
    assert matter(session, mine, now=LATER).needs_answer
    conversations.close(session, mine.id, by="anna", now=LATER)
    assert not matter(session, mine, now=LATER).needs_answer


def test_a_list_takes_few_statements(session, count_statements):
    for _ in range(4):
        make_conversation(session)
    with count_statements(session) as said:
        assert len(queue(session, now=LATER, limit=9)) == 4
    assert len(said) == 3
