from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.earning import limits
from backend.earning.book import Rule
from backend.earning.limits import Room
from backend.earning.models import Budget, Usage
from tests.factories.earning import make_rule
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

NEXT_DAY = LATE + timedelta(minutes=1)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def rule(code="a", **parts):
    return Rule.model_validate(make_rule(code, **parts))


def room(session, member_id, one, at=MORNING):
    used, spent = limits.used_by(session, member_id, [one], at=at), limits.spent_of(session, [one])
    return limits.rooms([one], used, spent, at=at)[one.code]


def use(session, member_id, one, points, at=MORNING):
    limits.count(session, member_id, limits.used_by(session, member_id, [one], at=at), [(one, points)], at=at)
    session.flush()


def spent(session):
    return {row.rule_code: row.granted for row in session.scalars(select(Budget))}


def test_a_rule_that_gave_nothing_yet_has_all_its_room(session, member_id):
    assert room(session, member_id, rule(caps={"day": 5, "month": 9})) == Room(5, "day")
    assert room(session, member_id, rule(budget=7)) == Room(7, "budget")


def test_the_tightest_limit_says_how_much_is_left(session, member_id):
    one = rule(caps={"day": 5, "month": 7, "ever": 100}, budget=50)
    use(session, member_id, one, 4)
    assert room(session, member_id, one) == Room(1, "day")
    assert room(session, member_id, one, NEXT_DAY) == Room(3, "month")
    use(session, member_id, one, 3, NEXT_DAY)
    assert room(session, member_id, one, MORNING + timedelta(days=31)) == Room(5, "day")
    assert limits.take_budgets(session, [(one, 48)])
    assert room(session, member_id, one, MORNING + timedelta(days=31)) == Room(2, "budget")


def test_a_limit_that_was_lowered_below_what_is_used_leaves_nothing(session, member_id):
    use(session, member_id, rule(caps={"day": 50}), 40)
    limits.take_budgets(session, [(rule(budget=50), 40)])
    assert room(session, member_id, rule(caps={"day": 30})) == Room(0, "day")
    assert room(session, member_id, rule(budget=30)) == Room(0, "budget")


def test_what_is_used_is_counted_for_the_shops_day_its_month_and_ever(session, member_id):
    one = rule(caps={"day": 5, "month": 9, "ever": 9})
    use(session, member_id, one, 3, NEXT_DAY)
    rows = session.scalars(select(Usage).where(Usage.member_id == member_id))
    assert {row.period: row.points for row in rows} == {"2026-03-02": 3, "2026-03": 3, "ever": 3}


def test_what_is_given_back_is_room_again_and_others_are_not_touched(session, member_id):
    one, other_id = rule(caps={"day": 5}), make_member(session).id
    use(session, member_id, one, 5)
    use(session, other_id, one, 5)
    use(session, member_id, one, -2)
    assert room(session, member_id, one) == Room(2, "day")
    assert room(session, other_id, one) == Room(0, "day")


def test_a_budget_gives_until_there_is_too_little_and_then_nothing(session):
    one = rule(budget=10)
    taken = [limits.take_budgets(session, [(one, points)]) for points in (6, 5, 4, 1)]
    assert taken == [True, False, True, False]
    assert spent(session) == {"a": 10}


def test_of_several_budgets_all_give_or_none(session):
    first, second = rule("a", budget=10), rule("b", budget=10)
    assert limits.take_budgets(session, [(second, 8), (first, 5)])
    assert not limits.take_budgets(session, [(second, 3), (first, 5)])
    assert spent(session) == {"a": 5, "b": 8}
    limits.give_budgets(session, [(first, 2), (second, 8)])
    assert spent(session) == {"a": 3, "b": 0}


def test_rules_without_limits_cost_no_statement(session, member_id, count_statements):
    free = rule()
    with count_statements(session) as said:
        used = limits.used_by(session, member_id, [free], at=MORNING)
        limits.count(session, member_id, used, [(free, 5)], at=MORNING)
        assert limits.take_budgets(session, [(free, 5), (rule("b", budget=5), 0)])
        limits.give_budgets(session, [(free, 5)])
        assert limits.spent_of(session, [free]) == {}
    assert said == []


def test_a_budget_that_is_spent_costs_one_statement_and_locks_nobody(session, member_id, count_statements):
    one = rule(budget=5)
    limits.take_budgets(session, [(one, 5)])
    with count_statements(session) as said:
        assert room(session, member_id, one) == Room(0, "budget")
    assert len(said) == 1
    assert "FOR UPDATE" not in said[0]
