"""The night does to many accounts what taking the lock does to one (L16)."""

from datetime import timedelta
from random import Random

import pytest

from backend import points
from backend.kit.db import run
from backend.points import Expiry, PointsExpired, Source
from tests.factories.points import A_WEEK, open_books
from tests.support import nights
from tests.support.clocks import MORNING
from tests.support.races import race

TWO_YEARS_ON = MORNING + timedelta(days=731)
MEMBERS = 30


def a_life(session, seed):
    """An account with lots of several expiries, points pending, holds with and without an end, perhaps a debt."""
    luck, account = Random(seed), open_books(session)
    for number in range(luck.randint(1, 6)):
        expiry = luck.choice([Expiry("months", 1), Expiry("months", 1), Expiry("months", 6), Expiry("never")])
        source = Source("purchase", number)
        if luck.random() < 0.3:
            settles_at = MORNING + A_WEEK * luck.randint(0, 9)
            points.promise(
                session, account, luck.randint(1, 90), source=source, settles_at=settles_at, now=MORNING, expiry=expiry
            )
        else:
            points.credit(session, account, luck.randint(1, 90), source=source, now=MORNING, expiry=expiry)
    if account.available and luck.random() < 0.5:
        until = luck.choice([None, MORNING + timedelta(days=45)])
        part = luck.randint(1, account.available)
        points.reserve(session, account, part, source=Source("cash-hold", seed), until=until, now=MORNING)
    if luck.random() < 0.3:
        points.take_back(session, account, luck.randint(1, 200), source=Source("refund", 1), of=[], now=MORNING)
    return account.member_id


@pytest.fixture
def members(sessions):
    return run(sessions.write, lambda session: [a_life(session, seed) for seed in range(MEMBERS)])


def story(sessions, member_ids, skip=("hash", "member_id")):
    """All that the journal and the account say of each member, but for what is a member's own."""
    with sessions.read() as session:
        told = []
        for member_id in member_ids:
            entries = points.entries(session, member_id, limit=100)
            account = session.get(points.Account, member_id)
            told.append(
                (
                    [(entry.kind, entry.amount, entry.balance_after, entry.at, entry.expires_at) for entry in entries],
                    account.balance,
                    account.held,
                    account.pending,
                    account.debt,
                    account.next_due_at,
                    [(lot.lot_no, lot.remaining, lot.held) for lot in points.lots(session, member_id, limit=99)],
                )
            )
        return told


def night(sessions, *, now, limit):
    rounds = 0
    while run(sessions.write, lambda session: nights.catch_up(session, now=now, limit=limit)):
        rounds += 1
    return rounds


@pytest.mark.parametrize("days", [10, 45, 70, 731])
def test_the_night_ends_where_locking_each_account_ends(sessions, members, days):
    now = MORNING + timedelta(days=days)
    others = run(sessions.write, lambda session: [a_life(session, seed) for seed in range(MEMBERS)])
    for member_id in others:
        run(sessions.write, lambda session, one=member_id: points.lock(session, one, now=now))
    night(sessions, now=now, limit=7)
    assert story(sessions, members) == story(sessions, others)
    with sessions.read() as session:
        assert points.verify(session, members) == []
        assert points.due_accounts(session, now=now) == 0


def test_a_second_night_changes_nothing(sessions, members):
    night(sessions, now=TWO_YEARS_ON, limit=100)
    told = story(sessions, members)
    assert night(sessions, now=TWO_YEARS_ON, limit=100) == 0
    assert story(sessions, members) == told


def test_a_night_that_is_cut_short_is_gone_on_with(sessions, members):
    class CutShort(Exception):
        pass

    def half(session):
        nights.catch_up(session, now=TWO_YEARS_ON, limit=11)
        raise CutShort

    run(sessions.write, lambda session: nights.catch_up(session, now=TWO_YEARS_ON, limit=11))
    with pytest.raises(CutShort):
        run(sessions.write, half)
    night(sessions, now=TWO_YEARS_ON, limit=11)
    with sessions.read() as session:
        assert points.verify(session, members) == []
        assert points.due_accounts(session, now=TWO_YEARS_ON) == 0


def test_who_only_has_lots_to_write_off_costs_the_same_however_many_they_are(session, count_statements):
    def costs(number):
        for _ in range(number):
            account = open_books(session)
            for one in range(5):
                points.credit(session, account, 10, source=Source("purchase", one), now=MORNING)
        session.flush()
        session.expire_all()
        with count_statements(session) as said:
            assert nights.catch_up(session, now=TWO_YEARS_ON, limit=100) == {"accounts": number, "expired": number}
        return len(said)

    assert costs(2) == costs(20) <= 11  # what is told of it among them


def test_everybody_whose_points_expired_is_told_of(session):
    heard = []
    account = open_books(session)
    points.credit(session, account, 10, source=Source("purchase", 1), now=MORNING, expiry=Expiry("months", 1))
    session.flush()
    session.info["listeners"] = {PointsExpired: [lambda _session, fact: heard.append(fact)]}
    nights.catch_up(session, now=TWO_YEARS_ON, limit=100)
    assert heard == [PointsExpired(account.member_id, 10, 0, "4", Expiry("months", 1).of(MORNING))]


def test_two_at_once_do_no_harm(mariadb, runtime_on_mariadb):
    sessions = runtime_on_mariadb.sessions
    member_ids = run(sessions.write, lambda session: [a_life(session, seed) for seed in range(MEMBERS)])
    race(4, lambda _: night(sessions, now=TWO_YEARS_ON, limit=3))
    with sessions.read() as session:
        assert points.verify(session, member_ids) == []
        assert points.due_accounts(session, now=TWO_YEARS_ON) == 0
