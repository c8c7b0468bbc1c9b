from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend import checkin, points, tiers
from backend.checkin import CheckIn, StepReward
from backend.checkin.errors import DayOutOfReach
from tests.backend.checkin.books import let_rules, step
from tests.factories.members import make_member
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

DAY = timedelta(days=1)
FIRST = date(2026, 3, 1)
GIFT = 100


@pytest.fixture
def member_id(session):
    return make_member(session).id


def visit(session, member_id, *numbers):
    """Check in on those days of March."""
    for number in numbers:
        checkin.check_in(session, member_id, now=MORNING + DAY * (number - 1))


def make_up(session, member_id, number, *, on, **more):
    """Make up a day of March on another."""
    return checkin.make_up(session, member_id, date(2026, 3, number), now=MORNING + DAY * (on - 1), **more)


def streaks(session, member_id):
    return {one.day.day: one.streak for one in checkin.month(session, member_id, FIRST)}


def test_a_made_up_day_joins_the_streaks_on_both_sides(session, member_id):
    let_rules(session, make_ups={})
    visit(session, member_id, 1, 2, 4, 5)
    made = make_up(session, member_id, 3, on=5)
    assert (made.day, made.streak, made.price, made.by_chance) == (date(2026, 3, 3), 5, 20, False)
    assert streaks(session, member_id) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    row = session.get(CheckIn, (member_id, date(2026, 3, 3)))
    assert (row.kind, row.points, row.price, row.made_on, row.book_version) == ("made-up", 0, 20, date(2026, 3, 5), 2)
    (entry, *_) = points.entries(session, member_id, limit=9)
    assert (entry.amount, entry.source_kind, entry.source_id) == (-20, "make-up", "2026-03-03")
    assert made.balance == GIFT + 5 + 6 + 5 + 6 - 20


def test_the_streak_of_today_goes_on_from_what_was_made_up_yesterday(session, member_id):
    let_rules(session, make_ups={})
    visit(session, member_id, 1)
    make_up(session, member_id, 2, on=3)
    assert checkin.check_in(session, member_id, now=MORNING + DAY * 2).streak == 3


def test_steps_that_the_joined_streak_reaches_are_given_each_once(session, member_id):
    let_rules(session, make_ups={}, streak=[step(2, 1), step(4, 2), step(5, 3)])
    visit(session, member_id, 1, 2, 4, 5)
    made = make_up(session, member_id, 3, on=5)
    assert [(one.step, one.reached_on.day) for one in made.rewards] == [(4, 4), (5, 5)]


def test_a_streak_that_grows_at_its_beginning_gives_nothing_twice(session, member_id):
    let_rules(session, make_ups={}, streak=[step(2, 50), step(4, 60)])
    visit(session, member_id, 4, 5)
    rewards = [make_up(session, member_id, day, on=5).rewards for day in (3, 2)]
    assert [[one.step for one in gained] for gained in rewards] == [[], [4]]


def test_a_day_of_last_month_counts_in_its_own_week_and_month(session, member_id):
    let_rules(session, make_ups={}, month=[step(2, 50)])
    visit(session, member_id, 30, 32, 33)
    assert [one.cycle for one in make_up(session, member_id, 31, on=33).rewards] == [date(2026, 3, 1)]
    assert session.scalars(select(StepReward.step).where(StepReward.kind == "month")).all() == [2, 2]


def test_free_chances_of_the_tier_come_first_then_points_then_none_are_left(session, member_id):
    mine = tiers.standing(session, member_id, now=MORNING).tier.code
    let_rules(session, make_ups={"free": {"of-others": 9, mine: 1}, "per_month": 2})
    visit(session, member_id, 1, 7)
    known = checkin.calendar(session, member_id, FIRST, now=MORNING + DAY * 6).make_ups
    assert (known.price, known.left, known.free_left) == (0, 2, 1)
    assert [day.day for day in known.days] == [2, 3, 4, 5, 6]
    made = [make_up(session, member_id, day, on=7) for day in (2, 3)]
    assert [(one.price, one.by_chance) for one in made] == [(0, True), (20, False)]
    with pytest.raises(checkin.MakeUpsUsedUp):
        make_up(session, member_id, 4, on=7)
    assert checkin.calendar(session, member_id, FIRST, now=MORNING + DAY * 6).make_ups.days == ()


def test_a_new_month_brings_new_chances_whichever_days_are_made_up(session, member_id):
    let_rules(session, make_ups={"per_month": 1})
    make_up(session, member_id, 30, on=31)
    with pytest.raises(checkin.MakeUpsUsedUp):
        make_up(session, member_id, 29, on=31)
    assert make_up(session, member_id, 31, on=32).price == 20


def test_who_has_too_few_points_keeps_them_and_the_gap(session, member_id):
    let_rules(session, make_ups={"points": 500})
    visit(session, member_id, 1, 3)
    with pytest.raises(points.Insufficient), session.begin_nested():
        make_up(session, member_id, 2, on=3)
    assert streaks(session, member_id) == {1: 1, 3: 1}
    assert points.summary(session, member_id, now=MORNING).available == GIFT + 10


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        (3, checkin.DayNotMissed),
        (9, DayOutOfReach),  # today
        (10, DayOutOfReach),
        (1, DayOutOfReach),  # eight days ago
    ],
)
def test_a_day_must_be_missed_over_and_near(session, member_id, number, refusal):
    let_rules(session, make_ups={"per_month": 31})
    visit(session, member_id, 3)
    with pytest.raises(refusal):
        make_up(session, member_id, number, on=9)


def test_nobody_has_missed_days_before_joining(session, member_id):
    let_rules(session, make_ups={})
    with pytest.raises(DayOutOfReach):
        checkin.make_up(session, member_id, FIRST - DAY, now=MORNING)


def test_by_the_first_book_no_day_is_made_up(session, member_id):
    with pytest.raises(DayOutOfReach):
        make_up(session, member_id, 2, on=3)


def test_what_was_agreed_to_is_what_is_paid(session, member_id):
    let_rules(session, make_ups={})
    with pytest.raises(checkin.PriceChanged) as refused:
        make_up(session, member_id, 2, on=3, agreed_points=0)
    assert refused.value.detail == "补签所需积分已变为 20，请确认后重试"
    assert make_up(session, member_id, 2, on=3, agreed_points=20).price == 20


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6)), max_size=14))
def test_streaks_follow_from_the_set_of_days_in_whatever_order_they_came(session, acts):
    """An act is a check-in of today, or a make-up of so many days ago; each is followed by a night."""
    member_id, today, days = make_member(session).id, 1, set()
    let_rules(session, make_ups={"points": 0, "per_month": 31, "days_back": 31}, streak=[step(2), step(3), step(5)])
    for here, number in acts:
        if here:
            visit(session, member_id, today)
            days.add(today)
        elif today - number > 0 and today - number not in days:
            make_up(session, member_id, today - number, on=today)
            days.add(today - number)
        today += 1
    model = {}
    for day in sorted(days):
        model[day] = model.get(day - 1, 0) + 1
    assert streaks(session, member_id) == model
    steps = session.scalars(select(StepReward).where(StepReward.member_id == member_id)).all()
    for start in (day for day, streak in model.items() if streak == 1):
        length = max(streak for day, streak in model.items() if day - streak + 1 == start)
        within = sorted(one.step for one in steps if start <= one.reached_on.day < start + length)
        assert set(within) >= {one for one in (2, 3, 5) if one <= length}
