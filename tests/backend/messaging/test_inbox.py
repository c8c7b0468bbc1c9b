"""The rows of the outbox as their members read them."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, text

from backend import messaging
from backend.messaging.inbox import MOST_COUNTED
from backend.messaging.models import Message
from backend.messaging.rules import Status
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

LATER = MORNING + timedelta(hours=1)
PAGE = 20
ROWS_READ = "SELECT SUM(variable_value) FROM information_schema.session_status WHERE variable_name LIKE 'Handler_read%'"


@pytest.fixture
def runtime(engine, clock):
    """One that sends nothing."""
    return make_runtime(engine, clock)


@pytest.fixture
def member_id(session):
    member_id = make_member(session).id
    session.execute(delete(Message))
    return member_id


def ids(messages):
    return [one.id for one in messages]


def read_of(session, member_id):
    """What the member has not read, and when they read the rest."""
    session.expire_all()
    return {one.id: one.read_at for one in messaging.received(session, member_id, limit=PAGE)}


def test_whatever_became_of_a_message_it_is_in_the_inbox_newest_first(session, member_id):
    told = [make_message(session, member_id, status=status).id for status in Status]
    make_message(session, make_member(session).id)
    newest_first = told[::-1]
    assert ids(messaging.received(session, member_id, limit=PAGE)) == newest_first
    assert ids(messaging.received(session, member_id, limit=2)) == newest_first[:2]
    assert ids(messaging.received(session, member_id, before_id=newest_first[1], limit=PAGE)) == newest_first[2:]
    assert messaging.received(session, member_id, before_id=told[0], limit=PAGE) == []


def test_a_message_says_what_it_said_then_and_is_cut_nowhere(session, member_id):
    long = "一" * 30
    told = make_message(session, member_id, template="tier_reached", words={"tier": long, "at": "2026年3月1日 09:00"})
    assert messaging.received(session, member_id, limit=1) == [
        messaging.Received(
            id=told.id,
            kind="tier_reached",
            title="会员升级通知",
            lines=[
                ("当前等级", f"{long}会员"),
                ("升级时间", "2026年3月1日 09:00"),
                ("温馨提示", f"恭喜升级，{long}权益已生效"),
            ],
            page="pages/card/index",
            at=MORNING,
            read_at=None,
        )
    ]


def test_what_the_catalogue_has_forgotten_breaks_nothing(session, member_id):
    make_message(session, member_id, template="no_longer_told", words={"old": "x"})
    make_message(session, member_id, template="tier_reached", words={"tier": "金卡", "old": "{x}"})
    half, unknown = messaging.received(session, member_id, limit=PAGE)
    assert (half.title, half.lines) == (
        "会员升级通知",
        [("当前等级", "金卡会员"), ("温馨提示", "恭喜升级，金卡权益已生效")],
    )
    assert (unknown.kind, unknown.title, unknown.lines, unknown.page) == ("no_longer_told", "会员消息", [], None)


def test_a_message_is_read_once(session, member_id):
    first, second, third = (make_message(session, member_id).id for _ in range(3))
    messaging.mark_read(session, member_id, [first, first], now=MORNING)
    messaging.mark_read(session, member_id, [third, first], now=LATER)
    assert read_of(session, member_id) == {third: LATER, second: None, first: MORNING}
    assert messaging.unread(session, member_id) == 1


def test_all_up_to_a_message_are_read_and_what_came_after_it_is_not(session, member_id):
    first, second, third = (make_message(session, member_id).id for _ in range(3))
    messaging.mark_read(session, member_id, [first], now=MORNING)
    for _ in range(2):
        messaging.mark_read_up_to(session, member_id, second, now=LATER)
        assert read_of(session, member_id) == {third: None, second: LATER, first: MORNING}


def test_nobody_reads_the_messages_of_another(session, member_id):
    other = make_member(session).id
    session.execute(delete(Message))
    mine, theirs = make_message(session, member_id).id, make_message(session, other).id
    with pytest.raises(messaging.MessageUnknown):
        messaging.mark_read(session, member_id, [mine, theirs], now=MORNING)
    with pytest.raises(messaging.MessageUnknown):
        messaging.mark_read_up_to(session, member_id, theirs, now=MORNING)
    messaging.mark_read_up_to(session, other, theirs, now=MORNING)
    assert read_of(session, member_id) == {mine: None}
    assert read_of(session, other) == {theirs: MORNING}


def test_counting_what_is_not_read_ends(session, member_id):
    assert messaging.unread(session, member_id) == 0
    for _ in range(MOST_COUNTED):
        make_message(session, member_id)
    assert messaging.unread(session, member_id) == MOST_COUNTED
    newest = make_message(session, member_id).id
    assert messaging.unread(session, member_id) == MOST_COUNTED
    messaging.mark_read_up_to(session, member_id, newest, now=MORNING)
    assert messaging.unread(session, member_id) == 0


MANY = 3_000
OLD_MESSAGES = f"""
    INSERT INTO messages (id, member_id, template, words, cause, queue, status, decided_at, due_at, attempts, read_at)
    SELECT seq, IF(seq % 2, :member, :other), 'tier_lost', '{{}}', UNHEX(SHA2(seq, 256)), 0,
        IF(seq > {MANY - 9}, 'waiting', 'sent'), '2026-03-01', '2026-03-01', 0,
        IF(seq > {MANY} - :unread, NULL, '2026-03-01')
    FROM seq_1_to_{MANY}
"""


@pytest.mark.parametrize("unread", [0, 300, MANY])
def test_a_long_past_costs_nothing(mariadb, clock, unread):
    """By MariaDB's own count of the rows that it looked at."""
    with make_runtime(mariadb, clock).sessions.write() as session:
        owners = {"member": make_member(session).id, "other": make_member(session).id}
        session.execute(delete(Message))
        session.execute(text(OLD_MESSAGES), {**owners, "unread": unread})
        session.execute(text("ANALYZE TABLE messages"))
        member_id, newest = owners["member"], MANY - 1

        def looked_at(work, *how, **more):
            before = session.scalar(text(ROWS_READ))
            work(session, member_id, *how, **more)
            return session.scalar(text(ROWS_READ)) - before

        nothing = looked_at(lambda *_: None)
        assert looked_at(messaging.received, limit=PAGE) - nothing <= 4 * PAGE + 5
        assert looked_at(messaging.received, before_id=MANY // 2, limit=PAGE) - nothing <= 4 * PAGE + 5
        assert looked_at(messaging.unread) - nothing <= 2 * MOST_COUNTED + 2
        few = [newest, newest - 2]
        assert looked_at(messaging.mark_read, few, now=LATER) - nothing <= 10
        marked = looked_at(messaging.mark_read_up_to, newest, now=LATER) - nothing
        assert marked <= 3 * (unread // 2) + 10
        assert looked_at(lambda *_: session.execute(text("SELECT MAX(due_at) FROM messages"))) - nothing > MANY // 2
