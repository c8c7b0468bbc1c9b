from datetime import timedelta

import pytest

from backend import conversations
from backend.conversations import (
    ConversationUnknown,
    NotClosed,
    NotOpen,
    NotTaken,
    NotWaiting,
    TextRefused,
    Why,
    WindowClosed,
    call_people,
    service_window,
)
from backend.conversations.models import Conversation
from backend.kit.db import run
from config import policy
from tests.factories.conversations import make_conversation, make_words
from tests.factories.members import make_follower
from tests.support.clocks import MORNING
from tests.support.races import race

LATER = MORNING + timedelta(minutes=10)
TICK = timedelta(microseconds=1)


@pytest.fixture
def follower(session):
    identity = make_follower(session)
    session.flush()
    return identity


def deeds(session, conversation):
    session.flush()
    return [line.kind for line in reversed(conversations.said_in(session, conversation.id, limit=50)) if not line.text]


class TestQueue:
    def test_who_calls_waits(self, session, follower):
        mine = call_people(session, follower.id, why=Why.UNANSWERED, now=MORNING)
        assert (mine.status, mine.why, mine.open_for, mine.waiting_since) == (
            "waiting",
            "unanswered",
            follower.id,
            MORNING,
        )

    def test_what_led_there_belongs_to_it(self, session, follower):
        make_words(session, follower, "昨天的事", now=MORNING - timedelta(minutes=11))
        make_words(session, follower, "灯坏了")
        mine = call_people(session, follower.id, why=Why.UNANSWERED, now=MORNING)
        session.flush()
        lines = conversations.said_in(session, mine.id, limit=9)
        assert [(line.kind, line.text) for line in lines] == [("opened", ""), ("text", "灯坏了")]

    def test_who_calls_again_keeps_the_place(self, session, follower):
        mine = call_people(session, follower.id, why=Why.ASKED, now=MORNING)
        session.flush()
        assert call_people(session, follower.id, why=Why.ASKED, now=LATER) is mine
        assert mine.waiting_since == MORNING

    def test_who_is_with_an_operator_stays_there(self, session):
        mine = make_conversation(session, by="anna")
        assert call_people(session, mine.identity_id, why=Why.ASKED, now=LATER).status == "taken"

    def test_what_was_closed_just_now_is_opened_again(self, session):
        mine = make_conversation(session, by="anna")
        conversations.close(session, mine.id, by="anna", now=LATER)
        session.flush()
        soon = LATER + policy.DESK_REOPENS_WITHIN - TICK
        again = call_people(session, mine.identity_id, why=Why.ASKED, now=soon)
        assert (again.id, again.status, again.waiting_since, again.taken_by) == (mine.id, "waiting", soon, None)
        assert deeds(session, mine) == ["opened", "taken", "closed", "reopened"]

    def test_what_was_closed_long_ago_is_another_matter(self, session):
        mine = make_conversation(session, by="anna")
        conversations.close(session, mine.id, by="anna", now=LATER)
        session.flush()
        later = LATER + policy.DESK_REOPENS_WITHIN
        assert call_people(session, mine.identity_id, why=Why.ASKED, now=later).id != mine.id


class TestTaking:
    def test_one_operator_has_it(self, session):
        mine = make_conversation(session)
        taken = conversations.take(session, mine.id, by="anna", now=LATER)
        assert (taken.status, taken.taken_by, taken.taken_at) == ("taken", "anna", LATER)

    @pytest.mark.parametrize("by", ["anna", "chen"])
    def test_what_is_taken_is_not_taken_again(self, session, by):
        mine = make_conversation(session, by="anna")
        with pytest.raises(NotWaiting):
            conversations.take(session, mine.id, by=by, now=LATER)
        assert mine.taken_by == "anna"

    def test_what_is_not_there_is_not_taken(self, session):
        with pytest.raises(ConversationUnknown):
            conversations.take(session, 1, by="anna", now=LATER)

    def test_the_next_is_who_waits_longest(self, session):
        late = make_conversation(session, now=LATER)
        early = make_conversation(session)
        assert conversations.take_next(session, by="anna", now=LATER).id == early.id
        assert conversations.take_next(session, by="anna", now=LATER).id == late.id
        with pytest.raises(ConversationUnknown):
            conversations.take_next(session, by="anna", now=LATER)


class TestReplying:
    def test_a_reply_takes_a_message_of_the_window(self, session):
        mine = make_conversation(session, by="anna")
        line = conversations.reply(session, mine.id, "您好", by="anna", now=LATER)
        assert service_window(session, mine.identity_id, now=LATER).left == 4
        assert (line.sender, line.written_by) == ("operator", "anna")
        assert mine.desk_at == LATER

    def test_only_who_took_it_replies(self, session):
        mine = make_conversation(session, by="anna")
        with pytest.raises(NotTaken):
            conversations.reply(session, mine.id, "您好", by="chen", now=LATER)

    def test_nobody_replies_in_what_waits_or_is_closed(self, session):
        mine = make_conversation(session)
        with pytest.raises(NotTaken):
            conversations.reply(session, mine.id, "您好", by="anna", now=LATER)
        conversations.close(session, mine.id, by="anna", now=LATER)
        with pytest.raises(NotTaken):
            conversations.reply(session, mine.id, "您好", by="anna", now=LATER)

    @pytest.mark.parametrize("text", ["", "  ", "字" * 601, "😀" * 600])
    def test_what_wechat_would_not_take_is_refused(self, session, text):
        mine = make_conversation(session, by="anna")
        with pytest.raises(TextRefused):
            conversations.reply(session, mine.id, text, by="anna", now=LATER)
        assert service_window(session, mine.identity_id, now=LATER).left == 5

    def test_a_sixth_is_refused_until_the_follower_writes(self, session, follower):
        mine = make_conversation(session, identity=follower, by="anna")
        for _ in range(5):
            conversations.reply(session, mine.id, "您好", by="anna", now=LATER)
        with pytest.raises(WindowClosed):
            conversations.reply(session, mine.id, "您好", by="anna", now=LATER)
        make_words(session, follower, now=LATER)
        assert conversations.reply(session, mine.id, "您好", by="anna", now=LATER)

    def test_after_48_hours_nothing_is_written(self, session):
        mine = make_conversation(session, by="anna")
        with pytest.raises(WindowClosed):
            conversations.reply(session, mine.id, "您好", by="anna", now=MORNING + timedelta(hours=48))


class TestEnding:
    def test_a_colleague_takes_what_was_put_back_before_all_who_came_later(self, session):
        mine = make_conversation(session, by="anna")
        make_conversation(session, now=LATER)
        conversations.put_back(session, mine.id, by="anna", now=LATER)
        session.flush()
        assert conversations.take_next(session, by="chen", now=LATER).id == mine.id
        assert mine.taken_by == "chen"

    def test_what_waits_is_not_put_back(self, session):
        with pytest.raises(NotTaken):
            conversations.put_back(session, make_conversation(session).id, by="anna", now=LATER)

    def test_closed_by_an_operator(self, session):
        mine = make_conversation(session, by="anna")
        conversations.close(session, mine.id, by="chen", now=LATER)
        assert (mine.status, mine.ending, mine.closed_by, mine.closed_at) == ("closed", "done", "chen", LATER)
        with pytest.raises(NotOpen):
            conversations.close(session, mine.id, by="chen", now=LATER)

    def test_opened_again_by_an_operator(self, session):
        mine = make_conversation(session, by="anna")
        with pytest.raises(NotClosed):
            conversations.reopen(session, mine.id, by="anna", now=LATER)
        conversations.close(session, mine.id, by="anna", now=LATER)
        session.flush()
        conversations.reopen(session, mine.id, by="chen", now=LATER)
        assert (mine.status, mine.waiting_since, mine.ending, mine.closed_by) == ("waiting", LATER, None, None)

    def test_nobody_has_two_at_once(self, session, follower):
        old = make_conversation(session, identity=follower, by="anna")
        conversations.close(session, old.id, by="anna", now=LATER)
        make_conversation(session, identity=follower, now=LATER + timedelta(days=2))
        with pytest.raises(NotClosed):
            conversations.reopen(session, old.id, by="anna", now=LATER + timedelta(days=2))


class TestRace:
    """Six operators for one conversation, on MariaDB."""

    @pytest.fixture
    def engine(self, mariadb):
        return mariadb

    @pytest.fixture
    def waiting(self, runtime):
        return run(runtime.sessions.write, lambda session: make_conversation(session).id)

    def winners(self, runtime, take):
        def attempt(number):
            try:
                run(runtime.sessions.write, lambda session: take(session, f"operator-{number}"))
            except NotWaiting:
                return False
            return True

        return race(6, attempt).count(True)

    def test_one_gets_it(self, runtime, waiting):
        def take(session, by):
            return conversations.take(session, waiting, by=by, now=LATER)

        assert self.winners(runtime, take) == 1

    def test_without_the_guard_more_would_think_so(self, runtime, waiting):
        """The negative control: look first, write afterwards."""

        def take(session, by):
            mine = session.get(Conversation, waiting)
            if mine.status != "waiting":
                raise NotWaiting
            session.connection().exec_driver_sql("SELECT SLEEP(0.3)")
            mine.status, mine.taken_by, mine.taken_at = "taken", by, LATER

        assert self.winners(runtime, take) > 1

    def test_each_gets_another_of_the_queue(self, runtime):
        for _ in range(4):
            run(runtime.sessions.write, lambda session: make_conversation(session).id)

        def take(number):
            return run(
                runtime.sessions.write,
                lambda session: conversations.take_next(session, by=f"operator-{number}", now=LATER).id,
            )

        assert len(set(race(4, take))) == 4

    def test_two_words_at_once_make_one_conversation(self, runtime):
        def follow(session):
            identity = make_follower(session)
            session.flush()
            return identity.id

        identity_id = run(runtime.sessions.write, follow)

        def call(_):
            return run(
                runtime.sessions.write,
                lambda session: call_people(session, identity_id, why=Why.ASKED, now=LATER).id,
            )

        assert len(set(race(2, call))) == 1
