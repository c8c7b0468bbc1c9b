from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from backend.kit.db import run
from backend.messaging import outbox, requeue
from backend.messaging.channels import Receipt, Refused
from backend.messaging.models import Closure, Delivery, Message
from backend.messaging.recording import Outcome, record
from backend.messaging.rules import LEASE, Closing, Status, Verdict
from tests.backend.messaging.test_outbox import Doves
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

SOON = MORNING + timedelta(seconds=5)
DEAD = Refused(Verdict(end=Status.DEAD), "no")
NOT_THERE = Refused(Verdict(end=Status.UNREACHABLE), "gone", errcode=43004)


class Telegraph(Doves):
    """Another way to everybody, which remembers what it was told to learn."""

    name = "sms"

    def __init__(self):
        self.learned = []

    def learn(self, session, letter, refusal, *, now):
        self.learned.append(refusal)


@pytest.fixture
def channels():
    return {"official-account": Doves(), "sms": Telegraph()}


@pytest.fixture
def message(session):
    member_id = make_member(session).id
    session.execute(delete(Message))
    return make_message(session, member_id)


def claimed(session, channels, *, now=MORNING):
    (letter,) = outbox.claim(session, channels, token="t", now=now, limit=9).letters
    return letter


def refused(refusal, status=Status.UNREACHABLE):
    return Outcome(status, MORNING, due_at=MORNING, attempts=1, refusal=refusal)


def taken(*, msgid="4711", cost_fen=0):
    return Outcome(Status.SENT, MORNING, due_at=MORNING, attempts=1, receipt=Receipt(msgid, cost_fen))


def deliveries(session):
    session.flush()
    rows = select(Delivery.channel, Delivery.status, Delivery.error, Delivery.msgid, Delivery.cost_fen)
    return [tuple(row) for row in session.execute(rows.order_by(Delivery.ended_at, Delivery.channel))]


def test_what_is_taken_is_sent_with_its_id_and_its_cost(session, channels, message):
    letter = claimed(session, {"sms": channels["sms"]})
    assert record(session, channels, letter, taken(cost_fen=5)) is Status.SENT
    assert deliveries(session) == [("sms", "sent", None, "4711", 5)]
    session.refresh(message)
    assert (message.status, message.channel, message.ended_at, message.error) == ("sent", "sms", MORNING, None)
    assert channels["sms"].learned == [None]


@pytest.mark.parametrize(("refusal", "how"), [(NOT_THERE, Status.UNREACHABLE), (DEAD, Status.DEAD)])
def test_what_a_channel_refuses_for_good_goes_on_to_the_next(session, channels, message, refusal, how):
    letter = claimed(session, channels)
    assert letter.channel == "official-account"
    assert record(session, channels, letter, refused(refusal, how)) is Status.WAITING
    letter = claimed(session, channels)
    assert (letter.channel, letter.attempts, letter.unsure_since) == ("sms", 1, None)
    assert record(session, channels, letter, taken(msgid="")) is Status.SENT
    assert deliveries(session) == [("official-account", how, str(refusal), None, 0), ("sms", "sent", None, None, 0)]


def test_when_the_last_one_refuses_it_ends_and_keeps_the_reason(session, channels, message):
    record(session, channels, claimed(session, channels), refused(DEAD, Status.DEAD))
    assert record(session, channels, claimed(session, channels), refused(NOT_THERE)) is Status.DEAD
    session.flush()
    session.refresh(message)
    assert (message.status, message.error, message.ended_at) == ("dead", "gone", MORNING)


def test_what_may_have_been_shown_does_not_go_on(session, channels, message):
    letter = claimed(session, channels)
    assert record(session, channels, letter, refused(DEAD, Status.DOUBTFUL)) is Status.DOUBTFUL
    assert deliveries(session) == [("official-account", "doubtful", "no", None, 0)]
    assert not outbox.anything_due(session, channels, now=MORNING)


def test_what_is_sent_again_by_hand_tries_every_channel_anew(session, channels, message):
    letter = claimed(session, channels)
    record(session, channels, letter, refused(DEAD, Status.DOUBTFUL))
    session.flush()
    requeue(session, message.id, now=MORNING)
    session.flush()
    assert deliveries(session) == []
    assert claimed(session, channels).channel == "official-account"


def test_a_closing_refusal_closes_its_channel_only(session, channels, message):
    letter = claimed(session, channels)
    spent = Refused(Verdict(closing=Closing.UNTIL_TOMORROW), "QuotaSpent")
    again = Outcome(Status.WAITING, MORNING, due_at=SOON, attempts=0, refusal=spent)
    assert record(session, channels, letter, again) is Status.WAITING
    session.flush()
    assert session.scalars(select(Closure.channel)).all() == ["official-account"]
    assert claimed(session, channels, now=SOON).channel == "sms"


def test_a_later_try_begins_its_count_anew_where_the_channel_is_another(session, channels, message):
    only = {"sms": channels["sms"]}
    record(session, channels, claimed(session, only), Outcome(Status.WAITING, MORNING, SOON, attempts=1))
    letter = claimed(session, channels, now=SOON)
    assert (letter.channel, letter.attempts) == ("official-account", 1)


def test_who_lost_the_lease_learns_and_writes_nothing_else(engine, clock, channels):
    runtime = make_runtime(engine, clock)

    def decide(session):
        member_id = make_member(session).id
        session.execute(delete(Message))
        make_message(session, member_id)

    run(runtime.sessions.write, decide)
    only = {"sms": channels["sms"]}
    lost = run(runtime.sessions.write, lambda session: claimed(session, only))
    late = run(
        runtime.sessions.write, lambda session: outbox.claim(session, only, token="x", now=MORNING + LEASE, limit=9)
    )
    assert run(runtime.sessions.write, lambda session: record(session, only, lost, refused(NOT_THERE))) is None
    assert run(runtime.sessions.write, lambda session: record(session, only, late.letters[0], taken())) is Status.SENT
    assert channels["sms"].learned == [NOT_THERE, None]
    with runtime.sessions.read() as session:
        assert deliveries(session) == [("sms", "sent", None, "4711", 0)]
