from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from backend import checkin, earning, points, tiers
from tests.factories.books import change_book
from tests.factories.earning import make_rule, publish
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

DAY = timedelta(days=1)
TODAY = date(2026, 3, 1)
GIFT, FIRST_DAY = 100, 5


@pytest.fixture
def member_id(session):
    return make_member(session).id


def test_a_visit_pays_and_says_the_balance(session, member_id):
    assert checkin.check_in(session, member_id, now=MORNING) == checkin.Visit(TODAY, 1, FIRST_DAY, GIFT + FIRST_DAY)
    (entry, _gift) = points.entries(session, member_id, limit=5)
    assert (entry.amount, entry.source_kind, entry.source_id) == (FIRST_DAY, "check-in", "2026-03-01")


def test_a_second_visit_of_the_day_is_refused_and_pays_nothing(session, member_id):
    checkin.check_in(session, member_id, now=MORNING)
    with pytest.raises(checkin.AlreadyCheckedIn):
        checkin.check_in(session, member_id, now=LATE)
    assert points.summary(session, member_id, now=LATE).available == GIFT + FIRST_DAY


def test_the_day_turns_at_midnight_in_the_shop(session, member_id):
    last_instant = datetime(2026, 3, 1, 15, 59, 59, 999_999, tzinfo=UTC)
    assert checkin.check_in(session, member_id, now=last_instant).day == TODAY
    visit = checkin.check_in(session, member_id, now=datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert (visit.day, visit.streak) == (TODAY + DAY, 2)


def test_a_server_whose_clock_is_behind_meets_the_visit_of_its_tomorrow(session, member_id):
    checkin.check_in(session, member_id, now=MORNING + DAY)
    with pytest.raises(checkin.AlreadyCheckedIn):
        checkin.check_in(session, member_id, now=MORNING)


def test_a_missed_day_begins_a_new_streak(session, member_id):
    streaks = [checkin.check_in(session, member_id, now=MORNING + DAY * day).streak for day in (0, 1, 2, 4, 5)]
    assert streaks == [1, 2, 3, 1, 2]


def test_members_do_not_disturb_one_another(session, member_id):
    other = make_member(session).id
    checkin.check_in(session, member_id, now=MORNING)
    assert checkin.check_in(session, other, now=MORNING).streak == 1


def test_nobody_cannot_check_in(session):
    with pytest.raises(points.NoAccount):
        checkin.check_in(session, 404, now=MORNING)
    assert session.scalar(select(func.count()).select_from(checkin.CheckIn)) == 0


def test_the_visit_is_told(session, member_id):
    heard = []
    session.info["listeners"] = {**session.info["listeners"], checkin.CheckedIn: [lambda _, fact: heard.append(fact)]}
    checkin.check_in(session, member_id, now=MORNING)
    assert heard == [checkin.CheckedIn(member_id, TODAY, 1, FIRST_DAY, at=MORNING)]


def test_what_a_visit_pays_is_for_the_rules_to_say(session, member_id):
    weekend = make_rule("weekend", "gift", trigger="check-in", effect={"base": 20_000}, conditions={"weekdays": [6, 7]})
    publish(session, weekend)
    sunday, monday = (checkin.check_in(session, member_id, now=MORNING + DAY * day) for day in (0, 1))
    assert (sunday.points, sunday.balance) == (2 * FIRST_DAY, GIFT + 2 * FIRST_DAY)
    assert (monday.points, monday.balance) == (0, sunday.balance)
    assert [visit.points for visit in checkin.month(session, member_id, TODAY)] == [2 * FIRST_DAY, 0]
    told = earning.explain(session, member_id=member_id, source=points.Source("check-in", "2026-03-02"))
    assert [(one.outcome, one.condition) for one in told] == [("skipped", "weekdays")]


def test_a_visit_gives_the_growth_value_that_the_book_of_tiers_says(session, member_id):
    change_book(session, "tiers", growth={"per_yuan": 10_000, "check_in": 5, "decay": None})
    checkin.check_in(session, member_id, now=MORNING)
    assert tiers.standing(session, member_id, now=MORNING).growth == 5
