from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import conversations
from backend.conversations import sending
from backend.conversations.models import Reply
from backend.conversations.rules import Delivery
from backend.conversations.sending import LEASE, Outcome
from backend.kit.db import run
from tests.factories.conversations import make_conversation
from tests.factories.members import make_follower
from tests.support.clocks import MORNING
from tests.support.races import race

LATER = MORNING + timedelta(minutes=10)


@pytest.fixture
def mine(session):
    return make_conversation(session, by="anna")


def write(session, conversation, *texts, now=MORNING):
    for text in texts:
        conversations.reply(session, conversation.id, text, by="anna", now=now)
    session.flush()


def claim(session, token="t", now=MORNING, limit=9):
    return sending.claim(session, token=token, now=now, limit=limit)


def statuses(session):
    session.expire_all()
    return [(reply.status, reply.error) for reply in session.scalars(select(Reply).order_by(Reply.line_id))]


def test_an_envelope_has_all_that_sending_takes(session):
    identity = make_follower(session)
    write(session, make_conversation(session, identity=identity, by="anna"), "您好")
    (envelope,) = claim(session)
    assert (envelope.text, envelope.openid, envelope.attempts) == ("您好", identity.openid, 1)
    assert envelope.send_before == MORNING + timedelta(hours=48, seconds=-5)
    assert "您好" not in repr(envelope)
    assert identity.openid not in repr(envelope)


def test_of_each_follower_one_is_under_way(session, mine):
    other = make_conversation(session, by="anna")
    write(session, mine, "一", "二")
    write(session, other, "三")
    assert [envelope.text for envelope in claim(session)] == ["一", "三"]
    assert claim(session, "u") == []


def test_the_next_goes_when_the_one_before_has_ended(session, mine):
    write(session, mine, "一", "二")
    (first,) = claim(session)
    assert sending.record(session, first, Outcome(Delivery.SENT, LATER, LATER))
    assert [envelope.text for envelope in claim(session, now=LATER)] == ["二"]


def test_what_is_tried_again_keeps_its_place(session, mine):
    write(session, mine, "一", "二")
    (first,) = claim(session)
    sending.record(session, first, Outcome(Delivery.WAITING, MORNING, LATER, error="busy"))
    assert claim(session, "u") == []
    assert [(one.text, one.attempts) for one in claim(session, "u", LATER)] == [("一", 2)]


def test_what_nobody_reported_is_doubtful(session, mine):
    write(session, mine, "一")
    (first,) = claim(session)
    assert claim(session, "u", MORNING + LEASE) == []
    assert statuses(session) == [("doubtful", sending.NEVER_ANSWERED)]
    assert not sending.record(session, first, Outcome(Delivery.SENT, LATER, LATER))


def test_what_was_not_sent_in_time_is_not_sent(session, mine):
    write(session, mine, "一")
    assert claim(session, now=MORNING + timedelta(hours=48)) == []
    assert statuses(session) == [("failed", sending.TOO_LATE)]


def test_what_was_never_sent_costs_nothing(session, mine):
    write(session, mine, "一")
    (first,) = claim(session)
    sending.record(session, first, Outcome(Delivery.FAILED, LATER, LATER, error="x", reserved="unused"))
    assert conversations.service_window(session, mine.identity_id, now=LATER).left == 5


def test_what_wechat_closed_is_closed(session, mine):
    write(session, mine, "一")
    (first,) = claim(session)
    sending.record(session, first, Outcome(Delivery.FAILED, LATER, LATER, error="x", reserved="refused"))
    assert conversations.service_window(session, mine.identity_id, now=LATER).left == 0


def test_what_is_on_its_way_is_counted(session, mine):
    write(session, mine, "一", "二")
    assert sending.unsent(session) == 2
    (first,) = claim(session)
    assert sending.unsent(session) == 2
    sending.record(session, first, Outcome(Delivery.SENT, LATER, LATER))
    assert sending.unsent(session) == 1


def test_idle_rounds_see_that_nothing_is_to_do(session, mine):
    assert not sending.anything_to_do(session, now=MORNING)
    write(session, mine, "一")
    assert sending.anything_to_do(session, now=MORNING)
    claim(session)
    assert not sending.anything_to_do(session, now=MORNING)
    assert sending.anything_to_do(session, now=MORNING + LEASE)


class TestRace:
    """Six senders for eight replies, on MariaDB."""

    @pytest.fixture
    def engine(self, mariadb):
        return mariadb

    @pytest.fixture
    def written(self, runtime):
        def work(session):
            for _ in range(8):
                write(session, make_conversation(session, by="anna"), "您好")

        run(runtime.sessions.write, work)

    def test_each_reply_is_one_sender_s(self, runtime, written):
        def take(number):
            return run(runtime.sessions.write, lambda session: claim(session, f"token-{number}"))

        lines = [envelope.line_id for envelopes in race(6, take) for envelope in envelopes]
        assert sorted(lines) == sorted(set(lines))
        assert len(lines) == 8

    def test_without_the_guard_one_is_sent_twice(self, runtime, written):
        """The negative control: look which are due, send them, and write that down afterwards."""

        def take(_):
            def look(session):
                due = session.scalars(select(Reply.line_id).where(Reply.status == Delivery.WAITING)).all()
                session.connection().exec_driver_sql("SELECT SLEEP(0.2)")
                return due

            return run(runtime.sessions.write, look)

        lines = [line for due in race(6, take) for line in due]
        assert len(lines) > len(set(lines))
