from datetime import timedelta

import pytest

from backend.kit.db import run
from backend.messaging.channels import Letter
from backend.messaging.models import Delivery
from backend.messaging.quotas import NO_QUOTAS, DailyQuotas
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

TOMORROW = MORNING.replace(hour=16, minute=5)  # five past midnight in the shop


@pytest.fixture
def deliver(sessions):
    """`deliver(n)` notes n messages that a channel took."""

    def note(count, *, channel="notice", at=MORNING):
        def work(session):
            member_id = make_member(session).id
            for _ in range(count):
                message = make_message(session, member_id, status="sent")
                parts = {"member_id": member_id, "marketing": True, "status": "sent", "attempts": 1, "ended_at": at}
                session.add(Delivery(message_id=message.id, channel=channel, **parts))

        run(sessions.write, work)

    return note


@pytest.fixture
def spent(sessions):
    def ask(quotas, now=MORNING):
        with sessions.read() as session:
            return quotas.spent(session, now=now)

    return ask


def letter(channel="notice"):
    return Letter(1, 1, "campaign", {}, 9, channel, "", "t", 1, MORNING, None)


def test_a_tenth_is_kept(deliver, spent):
    deliver(8)
    quotas = DailyQuotas({"notice": 10})
    assert spent(quotas) == {}
    deliver(1)
    assert spent(DailyQuotas({"notice": 10})) == {"notice": TOMORROW}


def test_what_went_out_by_another_channel_or_yesterday_does_not_count(deliver, spent):
    midnight = MORNING.replace(day=28, month=2, hour=16)
    deliver(9, at=midnight - timedelta(microseconds=1))
    deliver(9, channel="sms", at=midnight)
    assert spent(DailyQuotas({"notice": 10})) == {}
    deliver(9, at=midnight)
    assert spent(DailyQuotas({"notice": 10})) == {"notice": TOMORROW}


def test_what_is_claimed_counts_before_it_is_counted_anew(deliver, spent):
    quotas = DailyQuotas({"notice": 10})
    assert spent(quotas) == {}
    quotas.note([letter()] * 8 + [letter("sms")] * 9)
    assert spent(quotas) == {}
    quotas.note([letter()])
    soon, later = MORNING + timedelta(seconds=4), MORNING + timedelta(seconds=5)
    assert spent(quotas, soon) == {"notice": TOMORROW}
    assert spent(quotas, later) == {}  # counted from the deliveries, of which there are none


def test_it_is_counted_once_in_some_seconds_by_the_index(deliver, sessions):
    quotas = DailyQuotas({"notice": 10, "sms": 10})
    with sessions.read() as session, statements_of(session) as said:
        for seconds in (0, 1, 4, 5):
            quotas.spent(session, now=MORNING + timedelta(seconds=seconds))
    assert len(said) == 2


def test_without_quotas_nobody_is_asked(sessions):
    with sessions.read() as session, statements_of(session) as said:
        assert NO_QUOTAS.spent(session, now=MORNING) == {}
    assert said == []
