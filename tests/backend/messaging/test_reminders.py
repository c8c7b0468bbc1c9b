"""Who is reminded of expiring points, when, and of what: one message each, once a day (L16's last step)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import points
from backend.kit.calendar import day_end, shop_day
from backend.kit.db import run
from backend.messaging.models import Message
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.support import nights
from tests.support.clocks import LATE, MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

MONTH = points.Expiry("months", 1)  # from 1 March: the last day is 1 April
LAST_DAY = shop_day(MORNING) + timedelta(days=31)


@pytest.fixture
def runtime(engine, clock):
    """Deciding asks nobody."""
    return make_runtime(engine, clock)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def days_before(days):
    """The nightly hour, so many days before 1 April."""
    return MORNING.replace(hour=18) + timedelta(days=30 - days)


def remind(session, *, at, slice_size=100):
    """Go through all slices, as the night does; how many there were."""
    after, slices = 0, 0
    while after is not None:
        after = nights.remind_expiring(session, now=at, after_member_id=after, limit=slice_size)
        session.flush()
        slices += 1
    return slices


def reminders(session):
    told = select(Message).where(Message.template == "points_expiring").order_by(Message.member_id, Message.id)
    return session.scalars(told).all()


@pytest.mark.parametrize(("days", "told"), [(31, 0), (30, 1), (29, 0), (8, 0), (7, 1), (6, 0), (2, 0), (1, 1), (0, 0)])
def test_points_are_told_of_30_7_and_1_days_ahead(session, member_id, days, told):
    give_points(session, member_id, 50, expiry=MONTH)
    remind(session, at=days_before(days))
    assert [message.words for message in reminders(session)] == [
        {"points": "50", "last_day": "2026年4月1日", "total": "50"}
    ] * told


def test_the_day_is_the_shop_s(session, member_id):
    give_points(session, member_id, 50, expiry=MONTH)
    midnight = day_end(LAST_DAY - timedelta(days=8))
    remind(session, at=midnight - timedelta(microseconds=1))
    assert reminders(session) == []
    remind(session, at=midnight)
    assert len(reminders(session)) == 1


def test_all_that_expires_within_30_days_is_one_message(session, member_id):
    for amount, days in ((10, 1), (20, 7), (5, 7), (40, 12), (80, 30), (160, 31)):
        entry = give_points(session, member_id, amount, expiry=MONTH)
        session.get(points.Lot, (member_id, entry.seq)).expires_at = day_end(shop_day(LATE) + timedelta(days=days))
    remind(session, at=LATE)
    assert [message.words for message in reminders(session)] == [
        {"points": "10", "last_day": "2026年3月2日", "total": "155"}
    ]


def test_the_soonest_is_told_also_when_another_day_is_the_reason(session, member_id):
    for amount, days in ((40, 12), (80, 30)):
        entry = give_points(session, member_id, amount, expiry=MONTH)
        session.get(points.Lot, (member_id, entry.seq)).expires_at = day_end(shop_day(LATE) + timedelta(days=days))
    remind(session, at=LATE)
    (message,) = reminders(session)
    assert message.words == {"points": "40", "last_day": "2026年3月13日", "total": "120"}


def test_a_member_is_told_once_a_day_however_often_the_night_runs(session, member_id):
    give_points(session, member_id, 50, expiry=MONTH)
    for at in (days_before(7), days_before(7) + timedelta(hours=3), days_before(1)):
        remind(session, at=at)
        remind(session, at=at)
    assert [message.decided_at for message in reminders(session)] == [days_before(7), days_before(1)]


def test_what_was_spent_or_is_set_aside_is_not_told_of(session, member_id):
    give_points(session, member_id, 50, expiry=MONTH)
    account = points.lock(session, member_id, now=MORNING)
    points.spend(session, account, 20, source=points.Source("exchange", 1), now=MORNING)
    points.reserve(session, account, 20, source=points.Source("exchange", 2), until=None, now=MORNING)
    remind(session, at=days_before(7))
    assert [message.words["total"] for message in reminders(session)] == ["10"]
    points.reserve(session, account, 10, source=points.Source("exchange", 3), until=None, now=MORNING)
    remind(session, at=days_before(1))
    assert len(reminders(session)) == 1


def test_the_frozen_and_the_closed_are_not_told(session, member_id):
    frozen, closed = member_id, make_member(session).id
    for one in (frozen, closed):
        give_points(session, one, 50, expiry=MONTH)
    points.freeze(session, points.lock(session, frozen, now=MORNING), reason="looked into", now=MORNING)
    points.close(session, points.lock(session, closed, now=MORNING), source_id=1, now=MORNING)
    remind(session, at=days_before(7))
    assert reminders(session) == []


def test_slices_meet_and_forget_nobody(session):
    everybody = [make_member(session).id for _ in range(7)]
    for number, member_id in enumerate(everybody):
        expiry = MONTH if number % 3 else points.Expiry("never")
        give_points(session, member_id, 10 + number, expiry=expiry)
    expected = [(member_id, str(10 + number)) for number, member_id in enumerate(everybody) if number % 3]
    assert remind(session, at=days_before(7), slice_size=2) == 3
    assert [(message.member_id, message.words["total"]) for message in reminders(session)] == expected


def test_a_night_that_was_killed_is_gone_on_with(sessions):
    with sessions.write.begin() as session:
        everybody = [make_member(session).id for _ in range(4)]
        for member_id in everybody:
            give_points(session, member_id, 10, expiry=MONTH)
    at = days_before(7)
    with sessions.write.begin() as session:
        nights.remind_expiring(session, now=at, after_member_id=0, limit=2)
    with sessions.write.begin() as session:
        remind(session, at=at, slice_size=3)
    with sessions.read() as session:
        assert [message.member_id for message in reminders(session)] == everybody


def test_a_slice_costs_the_same_however_many_are_in_it(session, count_statements):
    def cost(members):
        for _ in range(members):
            give_points(session, make_member(session).id, 10, expiry=MONTH)
        session.flush()
        with count_statements(session) as said:
            nights.remind_expiring(session, now=days_before(30), after_member_id=0, limit=100)
            session.flush()
        return len(said)

    assert cost(2) == cost(30) <= 8


def two_nights_at_once(engine, clock):
    """Who has points that expire, and who was told of it, after two nights that write at the same moment."""
    sessions = make_runtime(engine, clock).sessions
    with sessions.write.begin() as session:
        everybody = [make_member(session).id for _ in range(6)]
        for member_id in everybody:
            give_points(session, member_id, 10, expiry=MONTH)

    def night(_):
        after = 0
        while after is not None:
            after = run(
                sessions.write,
                lambda session, after=after: nights.remind_expiring(
                    session, now=days_before(7), after_member_id=after, limit=2
                ),
            )

    with meeting(engine, "INSERT INTO messages", patience=20):
        race(2, night)
    with sessions.read() as session:
        return everybody, [message.member_id for message in reminders(session)]


def test_two_nights_at_once_tell_each_member_once(mariadb, clock):
    everybody, told = two_nights_at_once(mariadb, clock)
    assert told == everybody


def test_without_the_key_two_nights_tell_twice(mariadb_engine, clock):
    """The negative control of the test above."""
    with unguarded_database("ALTER TABLE messages DROP INDEX uq_messages_cause") as engine:
        everybody, told = two_nights_at_once(engine, clock)
    assert len(told) > len(everybody)
