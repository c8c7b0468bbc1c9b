from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import operators
from backend.adjustments import limits
from backend.adjustments.models import OperatorUsage
from tests.support.clocks import LATE, MORNING

NEXT_DAY = LATE + timedelta(minutes=1)  # midnight in Shanghai


@pytest.fixture
def chen(session, desks):
    return limits.desk(session, "chen", now=MORNING)


def used(session, login="chen"):
    session.flush()
    rows = session.scalars(select(OperatorUsage).where(OperatorUsage.login == login))
    return {(row.day.isoformat(), row.allowance): row.points for row in rows}


def test_one_go_is_within_its_limit(session, chen):
    assert limits.use(session, chen, "adjust", 500)
    assert not limits.use(session, chen, "adjust", 501)
    assert used(session) == {("2026-03-01", "adjust"): 500}


def test_a_day_holds_so_many_and_not_one_more(session, chen):
    for _ in range(9):
        assert limits.use(session, chen, "adjust", 500)
    assert limits.use(session, chen, "adjust", 499)
    assert not limits.use(session, chen, "adjust", 2)
    assert limits.use(session, chen, "adjust", 1)
    assert used(session) == {("2026-03-01", "adjust"): 5_000}


def test_the_day_is_the_shop_s(session, desks):
    for now in (LATE, NEXT_DAY):
        limits.use(session, limits.desk(session, "chen", now=now), "adjust", 5)
    assert used(session) == {("2026-03-01", "adjust"): 5, ("2026-03-02", "adjust"): 5}


def test_each_operator_and_each_kind_has_a_count_of_its_own(session, chen):
    anna = limits.desk(session, "anna", now=MORNING)
    for kind, points in (("adjust", 1), ("approve", 20), ("grant", 300), ("approve_grant", 4_000)):
        assert limits.use(session, anna, kind, points)
    assert used(session, "anna") == {
        ("2026-03-01", "adjust"): 1,
        ("2026-03-01", "approve"): 20,
        ("2026-03-01", "grant"): 300,
        ("2026-03-01", "approve_grant"): 4_000,
    }
    assert used(session) == {}


def test_a_clerk_approves_nothing(session, chen):
    assert not chen.covers("approve", 1)
    assert not limits.use(session, chen, "approve_grant", 1)


def test_nobody_sits_at_the_desk_of_who_left(session, desks):
    operators.deactivate(session, login="chen")
    with pytest.raises(operators.OperatorInactive):
        limits.desk(session, "chen", now=MORNING)
    with pytest.raises(operators.OperatorUnknown):
        limits.desk(session, "nobody", now=MORNING)
