from datetime import date, timedelta

import pytest

from backend import checkin
from tests.backend.checkin.books import let_rules, step
from tests.factories.members import make_member
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

DAY = timedelta(days=1)
MARCH = date(2026, 3, 1)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def shown(session, member_id, *, on=1, first=MARCH):
    return checkin.calendar(session, member_id, first, now=MORNING + DAY * (on - 1))


def steps(calendar):
    return [(one.cycle, one.step.days, one.done, one.given) for one in calendar.steps]


def test_a_month_shows_its_days_rewards_and_what_lies_ahead(session, member_id):
    let_rules(session, streak=[step(2), step(3)], week=[step(5)], month=[step(2)])
    for number in (0, 1):
        checkin.check_in(session, member_id, now=MORNING + DAY * number)
    calendar = shown(session, member_id, on=2)
    assert [day.day.day for day in calendar.days] == [1, 2]
    assert [(one.kind, one.step) for one in calendar.rewards] == [("streak", 2), ("month", 2)]
    assert steps(calendar) == [
        ("streak", 2, 2, True),
        ("streak", 3, 2, False),
        ("week", 5, 1, False),  # the first of March was a Sunday
        ("month", 2, 2, True),
    ]


def test_a_broken_streak_begins_anew(session, member_id):
    let_rules(session, streak=[step(1)])
    checkin.check_in(session, member_id, now=MORNING)
    assert steps(shown(session, member_id, on=2)) == [("streak", 1, 1, True)]  # it can go on today
    assert steps(shown(session, member_id, on=3)) == [("streak", 1, 0, False)]


def test_another_month_shows_its_own_days_and_the_cycles_of_today(session, member_id):
    let_rules(session, month=[step(1)])
    checkin.check_in(session, member_id, now=MORNING)
    april = shown(session, member_id, first=date(2026, 4, 1))
    assert (april.days, april.rewards) == ([], [])
    assert steps(april) == [("month", 1, 1, True)]


def test_special_days_are_announced(session, member_id):
    let_rules(session, special_days=[{"name": "会员日", "month_days": [8, 31], "points": 9}])
    special = [(day.isoformat(), one.name) for day, one in shown(session, member_id).special_days]
    assert special == [("2026-03-08", "会员日"), ("2026-03-31", "会员日")]
    february = shown(session, member_id, first=date(2026, 2, 1)).special_days
    assert [day.day for day, _ in february] == [8]
