from datetime import timedelta

import pytest
from sqlalchemy import delete

from backend import members, preferences
from backend.messaging.attempt import by_name
from backend.messaging.models import Closure, Delivery, Message
from backend.messaging.standing import closures, standings
from tests.backend.messaging.conftest import TEMPLATE_IDS
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.runtimes import OA, make_runtime
from tests.support.statements import statements_of

WEEK = timedelta(days=7)


@pytest.fixture
def channels(engine, clock):
    runtime = make_runtime(engine, clock)
    runtime.template_ids.update(TEMPLATE_IDS)
    return by_name(runtime)


@pytest.fixture
def member_id(session):
    member_id = make_member(session).id
    session.execute(delete(Message))
    return member_id


def follow(session, member_id, openid="o1"):
    identity = members.follow(session, appid=OA.appid, openid=openid, unionid=None, now=MORNING)
    identity.member_id = member_id
    session.flush()


def of(session, channels, *messages, now=MORNING):
    return standings(session, channels, messages, now=now)


def delivered(session, message, *, at=MORNING, status="sent", marketing=True, channel="e-mail"):
    row = Delivery(message_id=message.id, channel=channel, member_id=message.member_id, marketing=marketing)
    row.status, row.attempts, row.ended_at = status, 1, at
    session.add(row)
    session.flush()


def campaign(session, member_id, **parts):
    words = {"title": "t", "text": "x", "last_day": "2026年3月9日", "store": "s", "at": "a", "about": "b", "name": "n"}
    return make_message(session, member_id, template="campaign", words=words, queue=2, **parts)


def test_whom_the_official_account_reaches(session, channels, member_id):
    message = make_message(session, member_id)
    assert "official-account" not in of(session, channels, message)[message.id].reach
    follow(session, member_id)
    standing = of(session, channels, message)[message.id]
    assert standing.reach["official-account"] == "o1"
    assert "official-account" in standing.carried


def test_a_message_without_all_its_words_has_no_template(session, channels, member_id):
    whole, half = make_message(session, member_id), make_message(session, member_id, words={"tier": "金卡"})
    found = of(session, channels, whole, half)
    assert found[whole.id].template is not None
    assert (found[half.id].template, found[half.id].carried) == (None, frozenset())


def test_what_the_member_refuses_and_when(session, channels, member_id):
    message = make_message(session, member_id)
    pairs = {("tiers", preferences.SMS): False}
    preferences.choose(session, member_id, pairs, source="mini-program", now=MORNING)
    standing = of(session, channels, message)[message.id]
    assert ("tiers", preferences.SMS) in standing.refused
    assert standing.quiet == preferences.HOUSE_QUIET


def test_channels_that_are_closed_now(session):
    session.add(Closure(channel="sms", until_at=MORNING, reason="R"))
    session.add(Closure(channel="official-account", until_at=MORNING + WEEK, reason="R"))
    session.flush()
    assert closures(session, now=MORNING) == {"official-account": MORNING + WEEK}


def test_how_other_channels_ended(session, channels, member_id):
    message = make_message(session, member_id)
    delivered(session, message, status="dead", channel="notice")
    assert of(session, channels, message)[message.id].tried == {"notice": "dead"}


def test_marketing_of_a_week_counts_what_arrived_and_what_is_under_way(session, channels, member_id):
    asking = campaign(session, member_id)
    old, sent, shown, refused, service, under_way = (campaign(session, member_id) for _ in range(6))
    delivered(session, old, at=MORNING - WEEK)
    delivered(session, sent, at=MORNING - WEEK + timedelta(microseconds=1))
    delivered(session, shown, status="shown")
    delivered(session, refused, status="unreachable")
    delivered(session, service, marketing=False)
    under_way.token = "t"
    session.flush()
    assert of(session, channels, asking)[asking.id].marketing_this_week == 3


def test_doubt_ends_with_what_the_channel_recognises(session, channels, member_id):
    unsure = make_message(session, member_id, channel="official-account", unsure_since=MORNING, attempts=1)
    gone = make_message(session, member_id, channel="pigeons", unsure_since=MORNING)
    found = of(session, channels, unsure, gone)
    assert found[unsure.id].doubt_ends_at == MORNING + timedelta(minutes=9)
    assert found[gone.id].doubt_ends_at == MORNING


def test_many_are_read_with_as_few_statements_as_one(session, channels, member_id):
    other = make_member(session).id
    messages = [make_message(session, who) for who in (member_id, other) for _ in range(8)]
    session.expire_all()
    [session.refresh(message) for message in messages]
    with statements_of(session) as for_one:
        of(session, channels, messages[0])
    with statements_of(session) as for_all:
        of(session, channels, *messages)
    assert len(for_all) == len(for_one)
