from datetime import UTC, date, datetime, timedelta

import pytest

from backend import checkin
from tests.factories.members import make_member

TODAY = date(2026, 3, 1)
NEVER_HERE = checkin.Standing(streak=0, checked_in_today=False)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def check_in(session, member_id, month, day):
    checkin.check_in(session, member_id, now=datetime(2026, month, day, 4, tzinfo=UTC))


def test_a_month_has_its_own_days_only(session, member_id):
    other = make_member(session).id
    for month, day in ((2, 28), (3, 1), (3, 31), (4, 1)):
        check_in(session, member_id, month, day)
    check_in(session, other, 3, 2)
    days = checkin.month(session, member_id, date(2026, 3, 1))
    assert [visit.day for visit in days] == [date(2026, 3, 1), date(2026, 3, 31)]


def test_who_was_never_here_has_no_streak(session, member_id):
    assert checkin.standing(session, member_id, TODAY) == NEVER_HERE


def test_a_streak_stands_through_the_next_day(session, member_id):
    check_in(session, member_id, 2, 28)
    check_in(session, member_id, 3, 1)
    assert checkin.standing(session, member_id, TODAY) == checkin.Standing(streak=2, checked_in_today=True)
    tomorrow, after = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    assert checkin.standing(session, member_id, tomorrow) == checkin.Standing(streak=2, checked_in_today=False)
    assert checkin.standing(session, member_id, after) == NEVER_HERE
