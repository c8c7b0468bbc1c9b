"""Limits, keys and decisions hold over real connections; without the locks the same races are lost."""

import pytest
from sqlalchemy import select, update

from backend import adjustments, operators, points
from backend.adjustments.models import OperatorUsage
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.kit.errors import DomainError
from tests.factories.adjustments import make_adjustment, make_wish
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

EACH, DAY = 500, 5_000
RACERS = 12


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


def people(session):
    make_operator(session, "chen")
    make_operator(session, "anna", role="admin")
    return [make_member(session).id for _ in range(RACERS)]


def ask_for_everybody(sessions, member_ids):
    """What became of requests for different members, each of the largest that a clerk may do alone."""

    def ask(number):
        wish = make_wish(EACH)
        work = lambda session: adjustments.request(session, member_ids[number], wish, by="chen", now=MORNING)  # noqa: E731
        return run(sessions.write, work).status

    return race(len(member_ids), ask)


def used(sessions):
    with sessions.read() as session:
        return session.scalar(select(OperatorUsage.points).where(OperatorUsage.login == "chen"))


def test_an_operator_s_day_holds_under_parallel_requests_for_different_members(sessions):
    member_ids = run(sessions.write, people)
    stands = ask_for_everybody(sessions, member_ids)
    assert sorted(stands) == ["applied"] * (DAY // EACH) + ["waiting"] * (RACERS - DAY // EACH)
    assert used(sessions) == DAY
    with sessions.read() as session:
        assert points.verify(session, member_ids) == []


def test_without_the_operator_s_lock_the_same_race_moves_more_than_the_day_holds(mariadb_engine):
    """The negative control: two requests read what is left of the day, and both take the last of it."""
    with unguarded_database() as engine:
        unguarded = make_runtime(engine, FixedClock(MORNING)).sessions
        two = run(unguarded.write, people)[:2]
        run(unguarded.write, lambda session: make_adjustment(session, two[0], 1))
        run(unguarded.write, lambda session: session.execute(update(OperatorUsage).values(points=DAY - EACH)))
        with meeting(engine, "UPDATE adjustment_usage", patience=20):
            assert ask_for_everybody(unguarded, two) == ["applied", "applied"]
        assert used(unguarded) == DAY


def test_parallel_clicks_with_one_key_make_one_adjustment(sessions):
    member_id = run(sessions.write, people)[0]
    wish = make_wish(EACH)

    def click(_number):
        work = lambda session: adjustments.request(session, member_id, wish, by="chen", now=MORNING)  # noqa: E731
        return run(sessions.write, work).id

    assert len(set(race(RACERS, click))) == 1
    assert used(sessions) == EACH


def test_parallel_clicks_with_one_key_for_two_members_make_one_adjustment(sessions):
    """Not even the account's lock is shared here: the key alone decides."""
    member_ids = run(sessions.write, people)
    wish = make_wish(EACH)

    def click(number):
        work = lambda session: adjustments.request(session, member_ids[number], wish, by="chen", now=MORNING)  # noqa: E731
        try:
            return run(sessions.write, work).status
        except adjustments.KeyReused:
            return "reused"

    assert sorted(race(RACERS, click)) == ["applied"] + ["reused"] * (RACERS - 1)
    assert used(sessions) == EACH


def test_a_request_is_decided_once_whoever_decides(sessions):
    member_id = run(sessions.write, people)[0]
    waiting = run(sessions.write, lambda session: make_adjustment(session, member_id, EACH + 1))
    decide = (
        lambda session: adjustments.approve(session, waiting.id, by="anna", now=MORNING),
        lambda session: adjustments.refuse(session, waiting.id, note="不", by="anna", now=MORNING),
        lambda session: adjustments.withdraw(session, waiting.id, by="chen", now=MORNING),
        lambda session: adjustments.lapse_due(session, now=waiting.lapses_at, limit=9),
    )

    def once(number):
        try:
            outcome = run(sessions.write, decide[number % len(decide)])
        except adjustments.NotWaiting:
            return 0
        return outcome if isinstance(outcome, int) else 1

    assert sum(race(RACERS, once)) == 1
    with sessions.read() as session:
        stands = adjustments.get(session, waiting.id).status
        available = points.summary(session, member_id, now=MORNING).available
    assert (stands == "applied") == (available == 100 + EACH + 1)


def test_a_reversal_happens_once(sessions):
    member_id = run(sessions.write, people)[0]
    applied = run(sessions.write, lambda session: make_adjustment(session, member_id, EACH))

    def undo(_number):
        try:
            run(
                sessions.write,
                lambda session: adjustments.reverse(session, applied.id, note="误", by="anna", now=MORNING),
            )
        except adjustments.NotApplied:
            return "refused"
        return "reversed"

    assert race(RACERS, undo).count("reversed") == 1
    with sessions.read() as session:
        assert points.summary(session, member_id, now=MORNING).available == 100
        assert points.verify(session, [member_id]) == []


def test_who_is_deactivated_meanwhile_moves_nothing_after(sessions):
    """Every request is before the deactivation, or refused by it: the operator's row is what both wait for."""
    member_ids = run(sessions.write, people)

    def act(number):
        if not number:
            run(sessions.write, lambda session: operators.deactivate(session, login="chen"))
            return "left"
        wish = make_wish(1)
        work = lambda session: adjustments.request(session, member_ids[number], wish, by="chen", now=MORNING)  # noqa: E731
        try:
            return run(sessions.write, work).status
        except DomainError as refused:
            return refused.code

    outcomes = race(RACERS, act)
    assert set(outcomes) <= {"left", "applied", "operators.inactive"}
    assert (used(sessions) or 0) == outcomes.count("applied")
