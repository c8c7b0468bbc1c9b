"""The last points of a budget over real connections (P2), with a negative control that shows the race is real."""

from collections import Counter

import pytest
from sqlalchemy import select

from backend import earning, points
from backend.earning.models import Budget
from backend.kit.db import run
from backend.points import Source
from tests.factories.earning import make_bill, make_rule, publish
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import meeting, rewritten
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

CROWD = 100
EACH = 10
GIFT = 100


@pytest.fixture
def sessions(mariadb, clock):
    race(40, lambda _: mariadb.connect().close())  # opening connections takes a busy machine seconds
    return make_runtime(mariadb, clock).sessions


def crowd(sessions, size=CROWD):
    with sessions.write.begin() as session:
        return [make_member(session).id for _ in range(size)]


def buy_at_once(sessions, members):
    """What each of the members was told, who all buy for as many points at the same moment."""

    def buy(number):
        def work(session):
            account = points.lock(session, members[number], now=MORNING)
            bill, source = make_bill(EACH * 100), Source("purchase", number)
            return earning.award(session, account, bill, source=source, now=MORNING)

        return run(sessions.write, work)

    return race(len(members), buy)


def spent(sessions):
    with sessions.read() as session:
        return dict(session.execute(select(Budget.rule_code, Budget.granted)).all())


def assert_everybody_was_given_what_was_told(sessions, members, told):
    with sessions.read() as session:
        for member_id, one in zip(members, told, strict=True):
            assert points.summary(session, member_id, now=MORNING).available == GIFT + one.points


@pytest.mark.parametrize("budget", [1, 255])
def test_100_buyers_never_pass_a_budget_and_each_is_told_what_was_wanted_and_given(sessions, budget):
    members = crowd(sessions)
    run(sessions.write, lambda session: publish(session, make_rule("season", budget=budget)))
    told = buy_at_once(sessions, members)
    assert sum(one.points for one in told) == spent(sessions)["season"] == budget
    assert {one.wanted for one in told} == {EACH}
    assert sorted({one.points for one in told}) == sorted({0, budget % EACH, min(budget, EACH)})
    assert_everybody_was_given_what_was_told(sessions, members, told)


def test_of_several_budgets_none_is_passed_and_nothing_is_taken_for_nothing(sessions):
    members = crowd(sessions, 60)
    rules = [make_rule("a", budget=333), make_rule("b", "gift", budget=45), make_rule("c", "gift", budget=7)]
    run(sessions.write, lambda session: publish(session, *rules))
    told = buy_at_once(sessions, members)
    given = Counter[str]()
    for grant in (grant for one in told for grant in one.grants):
        given[grant.rule_code] += grant.granted
    assert given == spent(sessions) == {"a": 333, "b": 45, "c": 7}
    assert_everybody_was_given_what_was_told(sessions, members, told)


def test_what_refunds_free_meanwhile_is_given_again_and_never_more(sessions):
    members = crowd(sessions, 40)
    run(sessions.write, lambda session: publish(session, make_rule("season", budget=100)))
    early = buy_at_once(sessions, members[:10])

    def move(number):
        def work(session):
            account = points.lock(session, members[number], now=MORNING)
            if number < 10:
                refund, source = Source("refund", number), Source("purchase", number)
                gone = earning.give_up(session, account, source=source, lines_kept=(0,), refund=refund, now=MORNING)
                return -gone.points
            bill, source = make_bill(EACH * 100), Source("purchase", number)
            return earning.award(session, account, bill, source=source, now=MORNING).points

        return run(sessions.write, work)

    assert [one.points for one in early] == [EACH] * 10
    moved = race(40, move)
    assert sum(moved) + 100 == spent(sessions)["season"] <= 100
    assert sum(part for part in moved if part < 0) == -100


def test_without_the_condition_the_same_crowd_passes_the_budget(mariadb_engine, clock):
    """The negative control: what is left is looked at, and taken from whatever is left of it by then."""
    guard = "AND earning_budgets.granted + %(granted_2)s <= %(param_1)s"
    with unguarded_database() as engine:
        sessions = make_runtime(engine, clock).sessions
        members = crowd(sessions, 8)
        run(sessions.write, lambda session: publish(session, make_rule("season", budget=EACH + 1)))
        buy_at_once(sessions, members[:1])  # the row of the budget is there, one point is left
        with meeting(engine, "UPDATE earning_budgets", patience=20), rewritten(engine, guard, ""):
            told = buy_at_once(sessions, members[1:])
        assert sum(one.points for one in told) > 1
        assert spent(sessions)["season"] > EACH + 1
