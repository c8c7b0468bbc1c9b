"""The day's cap and the one seat hold under parallel calls over real connections, with negative controls."""

import pytest

from backend import families, lifecycle, members, points
from backend.kit.clock import FixedClock
from backend.kit.db import run
from tests.factories.families import allow_transfers, make_family
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

CAP, GIFT = 100, 40
LEDGER_KEYS = [f"ALTER TABLE {table} DROP PRIMARY KEY" for table in ("point_entries", "point_allocations")]


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


def family(sessions, size=3):
    def make(session):
        allow_transfers(session, day_cap_points=CAP)
        home = make_family(session, size=size)
        give_points(session, home[0].id, 10 * CAP)
        return [one.id for one in home]

    return run(sessions.write, make)


def give_in_parallel(sessions, giver_id, taker_ids, count):
    """How many gifts of one giver went through."""

    def give(number):
        taker_id = taker_ids[number % len(taker_ids)]
        try:
            run(
                sessions.write,
                lambda session: families.transfer(session, giver_id, to_member_id=taker_id, amount=GIFT, now=MORNING),
            )
        except families.DayCapReached:
            return False
        return True

    return race(count, give).count(True)


def test_a_giver_never_passes_the_cap_of_the_day(sessions):
    giver_id, *taker_ids = family(sessions)
    assert give_in_parallel(sessions, giver_id, taker_ids, 12) == CAP // GIFT
    with sessions.read() as session:
        assert points.verify(session, [giver_id, *taker_ids]) == []
        assert families.household(session, giver_id, now=MORNING).left_today == CAP % GIFT


def test_without_locks_the_cap_is_passed(mariadb_engine):
    """The negative control."""
    with unguarded_database(*LEDGER_KEYS) as engine:
        unguarded = make_runtime(engine, FixedClock(MORNING)).sessions
        giver_id, *taker_ids = family(unguarded)
        give_in_parallel(unguarded, giver_id, taker_ids, 1)
        with meeting(engine, "UPDATE point_accounts", patience=20):
            assert give_in_parallel(unguarded, giver_id, taker_ids, 2) == 2


def test_gifts_to_and_fro_meet_no_deadlock_that_shows(sessions):
    one, other = family(sessions, size=2)

    def give(number):
        giver_id, taker_id = (one, other) if number % 2 else (other, one)
        run(
            sessions.write,
            lambda session: families.transfer(session, giver_id, to_member_id=taker_id, amount=10, now=MORNING),
        )

    race(12, give)
    with sessions.read() as session:
        assert points.verify(session, [one, other]) == []
        assert sum(points.summary(session, who, now=MORNING).available for who in (one, other)) == 10 * CAP + 200


def test_one_invitation_lets_one_in_and_nobody_sits_twice(sessions, rng):
    owner_id, *_ = family(sessions)
    code = run(sessions.write, lambda session: families.invite(session, owner_id, rng=rng, now=MORNING).code)
    newcomers = [run(sessions.write, make_member).id for _ in range(8)]

    def join(number):
        try:
            run(sessions.write, lambda session: families.join(session, newcomers[number], code=code, now=MORNING))
        except families.InvitationInvalid:
            return False
        return True

    assert race(8, join).count(True) == 1


def test_who_joins_a_family_while_being_merged_sits_nowhere_alone(sessions, rng):
    owner_id, *_ = family(sessions, size=1)
    for _ in range(4):
        gone_id, into_id = (run(sessions.write, make_member).id for _ in range(2))
        code = run(sessions.write, lambda session: families.invite(session, owner_id, rng=rng, now=MORNING).code)

        def act(number, gone_id=gone_id, into_id=into_id, code=code):
            def work(session):
                if number:
                    lifecycle.merge(session, gone_id=gone_id, into_id=into_id, by="anna", reason="同一人", now=MORNING)
                else:
                    families.join(session, gone_id, code=code, now=MORNING)

            try:
                run(sessions.write, work)
            except points.AccountClosed:
                return False
            return True

        joined, _ = race(2, act)
        with sessions.read() as session:
            seats = [one.member_id for one in families.household(session, owner_id, now=MORNING).relatives]
            assert members.get(session, gone_id).status == members.MERGED
        assert gone_id not in seats
        assert (into_id in seats) == joined
        if joined:
            run(sessions.write, lambda session, who=into_id: families.leave(session, who, leaver_id=who, now=MORNING))
