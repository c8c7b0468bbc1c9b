"""No double spending over real connections (L5), with a negative control that shows the race is real."""

import pytest

from backend import points
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.points import Source
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

GIFT = 100
SPENDERS = 32


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


@pytest.fixture
def member_id(sessions):
    with sessions.write.begin() as session:
        return make_member(session).id


def spend_the_whole_balance(sessions, member_id):
    """What became of each of as many spends of all that the member has, sent at the same moment."""

    def spend(number):
        def work(session):
            account = points.lock(session, member_id, now=MORNING)
            points.spend(session, account, GIFT, source=Source("exchange", number), now=MORNING)

        try:
            run(sessions.write, work)
        except points.Insufficient:
            return "refused"
        return "spent"

    return race(SPENDERS, spend)


def test_of_32_parallel_spends_of_the_whole_balance_one_wins(sessions, member_id):
    assert sorted(spend_the_whole_balance(sessions, member_id)) == ["refused"] * (SPENDERS - 1) + ["spent"]
    with sessions.read() as session:
        assert points.summary(session, member_id, now=MORNING).available == 0
        assert points.verify(session, [member_id]) == []


def test_without_lock_and_keys_the_same_race_spends_the_balance_more_than_once(mariadb_engine, clock):
    """The negative control. The keys alone also hold: two lines of one number cannot both be written."""
    keys = [f"ALTER TABLE {table} DROP PRIMARY KEY" for table in ("point_entries", "point_allocations")]
    with unguarded_database(*keys) as engine:
        unguarded = make_runtime(engine, clock).sessions
        member_id = run(unguarded.write, make_member).id
        with meeting(engine, "UPDATE point_accounts", patience=20):
            assert spend_the_whole_balance(unguarded, member_id).count("spent") > 1


def test_parallel_earnings_and_spends_lose_nothing(sessions, member_id):
    def move(number):
        def work(session):
            account = points.lock(session, member_id, now=MORNING)
            if number % 2:
                points.credit(session, account, 7, source=Source("purchase", number), now=MORNING)
            else:
                points.spend(session, account, 3, source=Source("exchange", number), now=MORNING)

        run(sessions.write, work)

    race(24, move)
    with sessions.read() as session:
        assert points.summary(session, member_id, now=MORNING).available == 100 + 12 * 7 - 12 * 3
        assert points.verify(session, [member_id]) == []


def test_m_reversals_asked_for_n_times_in_parallel_happen_m_times(sessions, member_id):
    with sessions.write.begin() as session:
        account = points.lock(session, member_id, now=MORNING)
        for number in range(4):
            points.spend(session, account, 20, source=Source("exchange", number), now=MORNING)

    def reverse(number):
        exchange = number % 4

        def work(session):
            account = points.lock(session, member_id, now=MORNING)
            points.cancel(
                session,
                account,
                spent=Source("exchange", exchange),
                source=Source("exchange-cancel", exchange),
                now=MORNING,
            )

        try:
            run(sessions.write, work)
        except points.AlreadyCancelled:
            return "refused"
        return "reversed"

    assert race(32, reverse).count("reversed") == 4
    with sessions.read() as session:
        assert points.summary(session, member_id, now=MORNING).available == 100
        assert points.verify(session, [member_id]) == []
