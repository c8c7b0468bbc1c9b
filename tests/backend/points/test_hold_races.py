"""Of a capture, a release and the end of a hold one wins (L6); of k holds of all there is, one."""

from datetime import timedelta

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
BILL = Source("cash-hold", "S1:1")
UNTIL = MORNING + timedelta(minutes=15)


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


def held_by_a_member(sessions, amount=80):
    def work(session):
        member_id = make_member(session).id
        account = points.lock(session, member_id, now=MORNING)
        points.reserve(session, account, amount, source=BILL, until=UNTIL, now=MORNING)
        return member_id

    return run(sessions.write, work)


def end_it(sessions, member_id, how, *, late):
    """How one of the three ways to end the hold fared; `late` is whether the till's clock is past the end."""
    now = UNTIL if late else UNTIL - timedelta(seconds=1)

    def work(session):
        account = points.lock(session, member_id, now=UNTIL if how == "lapse" else now)
        if how == "capture":
            points.capture(session, account, source=BILL, now=now)
        elif how == "release":
            return points.release(session, account, source=BILL, now=now)
        return how == "capture"

    try:
        return run(sessions.write, work)
    except (points.HoldEnded, points.HoldCaptured):
        return False


WAYS = ["capture", "release", "lapse"] * 6


@pytest.mark.parametrize("late", [False, True])
def test_capture_release_and_the_end_of_time_exclude_one_another(sessions, late):
    for _ in range(3):
        member_id = held_by_a_member(sessions)
        won = race(len(WAYS), lambda number, one=member_id: end_it(sessions, one, WAYS[number], late=late))
        with sessions.read() as session:
            hold = points.hold_of(session, member_id, BILL)
            seen = points.summary(session, member_id, now=UNTIL)
            assert points.verify(session, [member_id]) == []
        winners = [way for way, ours in zip(WAYS, won, strict=True) if ours]
        assert hold.status in {"captured", "released", "lapsed"}
        assert winners == {"captured": ["capture"], "released": ["release"], "lapsed": []}[hold.status]
        assert (seen.available, seen.held) == (GIFT - hold.captured, 0)


def hold_all(sessions, member_id):
    def hold(number):
        def work(session):
            account = points.lock(session, member_id, now=MORNING)
            points.reserve(session, account, GIFT, source=Source("cash-hold", number), until=UNTIL, now=MORNING)

        try:
            run(sessions.write, work)
        except points.Insufficient:
            return False
        return True

    return race(16, hold)


def test_of_16_holds_of_the_whole_balance_one_stands(sessions):
    member_id = run(sessions.write, make_member).id
    assert hold_all(sessions, member_id).count(True) == 1
    with sessions.read() as session:
        assert points.verify(session, [member_id]) == []


def test_without_the_lock_more_than_one_stands(mariadb_engine, clock):
    """The negative control."""
    with unguarded_database() as engine:
        unguarded = make_runtime(engine, clock).sessions
        member_id = run(unguarded.write, make_member).id
        with meeting(engine, "INSERT INTO point_holds", patience=20):
            assert hold_all(unguarded, member_id).count(True) > 1
        with unguarded.read() as session:
            assert points.verify(session, [member_id]) != []


def test_transfers_to_and_fro_lose_nothing(sessions):
    one, other = (run(sessions.write, make_member).id for _ in range(2))

    def pass_on(number):
        giver, taker = (one, other) if number % 2 else (other, one)

        def work(session):
            accounts = points.lock_both(session, giver, taker, now=MORNING)
            points.transfer(session, *accounts, 7, source_id=number, now=MORNING)

        run(sessions.write, work)

    race(20, pass_on)
    with sessions.read() as session:
        assert [points.summary(session, member_id, now=MORNING).available for member_id in (one, other)] == [GIFT, GIFT]
        assert points.verify(session, [one, other]) == []


def spend_and_merge(sessions, gone, into):
    def move(number):
        def work(session):
            if number == 3:
                accounts = points.lock_both(session, gone, into, now=MORNING)
                points.merge(session, *accounts, source_id=1, now=MORNING)
            else:
                account = points.lock(session, gone, now=MORNING)
                points.spend(session, account, 10, source=Source("exchange", number), now=MORNING)

        try:
            run(sessions.write, work)
        except points.AccountClosed:
            return 0
        return 0 if number == 3 else 10

    return sum(race(8, move))


def test_what_is_spent_during_a_merge_is_not_merged(sessions):
    gone, into = (run(sessions.write, make_member).id for _ in range(2))
    spent = spend_and_merge(sessions, gone, into)
    with sessions.read() as session:
        assert points.summary(session, into, now=MORNING).available == 2 * GIFT - spent
        assert points.verify(session, [gone, into]) == []
