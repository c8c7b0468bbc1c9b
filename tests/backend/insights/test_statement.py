from datetime import UTC, date, datetime, timedelta

import pytest

from backend import insights, points
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.support.clocks import MORNING

MIDNIGHT = datetime(2026, 3, 31, 16, tzinfo=UTC)  # April begins in Shanghai


@pytest.fixture
def member_id(session):
    return make_member(session).id


def amounts(session, member_id, **which):
    return [line.amount for line in insights.statement(session, member_id, **{"limit": 50} | which)]


def test_lines_are_told_in_words_newest_first(session, member_id):
    give_points(session, member_id, 30)
    first, second = insights.statement(session, member_id, limit=10)
    assert (first.seq, first.kind, first.words, first.amount, first.balance_after, first.at) == (
        2,
        "earn",
        "消费获得",
        30,
        130,
        MORNING,
    )
    assert (second.words, second.link) == ("入会礼", None)


def test_pages_meet(session, member_id):
    for amount in range(1, 6):
        give_points(session, member_id, amount)
    assert amounts(session, member_id, limit=2) == [5, 4]
    assert amounts(session, member_id, limit=3, before_seq=5) == [3, 2, 1]


def test_a_month_is_the_shop_s_to_the_microsecond(session, member_id):
    for amount, at in ((7, MIDNIGHT - timedelta(microseconds=1)), (8, MIDNIGHT)):
        give_points(session, member_id, amount, now=at)
    assert amounts(session, member_id, month=date(2026, 3, 1)) == [7, 100]
    assert amounts(session, member_id, month=date(2026, 4, 1)) == [8]
    assert amounts(session, member_id, month=date(2026, 4, 1), before_seq=3) == []
    assert amounts(session, member_id, month=date(2026, 2, 1)) == []


def test_one_member_s_lines_are_nobody_else_s(session, member_id):
    give_points(session, make_member(session).id, 30)
    assert amounts(session, member_id) == [100]


def test_the_balance_of_a_past_instant_and_of_now(session, member_id):
    give_points(session, member_id, 30, now=MORNING + timedelta(hours=1))
    later = MORNING + timedelta(hours=2)
    told = [insights.balance_at(session, member_id, at=at, now=later) for at in (MORNING, later)]
    assert told == [100, 130] == [points.balance_at(session, member_id, at=at) for at in (MORNING, later)]


def test_nobody_knows_a_balance_before_its_time(session, member_id):
    with pytest.raises(insights.InstantAhead):
        insights.balance_at(session, member_id, at=MORNING + timedelta(microseconds=1), now=MORNING)
