from datetime import date, timedelta

import pytest

from backend import points
from backend.points import Expiring, Expiry, Source
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

IN_TWO_MONTHS = MORNING + timedelta(days=61)


@pytest.fixture
def account(session):
    """100 points for joining (12 months), 30 for a month, 50 for ever."""
    account = points.lock(session, make_member(session).id, now=MORNING)
    points.credit(session, account, 30, source=Source("purchase", 1), now=MORNING, expiry=Expiry("months", 1))
    points.credit(session, account, 50, source=Source("purchase", 2), now=MORNING, expiry=Expiry("never"))
    session.flush()
    return account


def test_nobody_has_no_balance(session):
    with pytest.raises(points.NoAccount):
        points.summary(session, 404, now=MORNING)


def test_a_balance_in_its_parts(session, account):
    seen = points.summary(session, account.member_id, now=MORNING)
    assert (seen.available, seen.held, seen.pending, seen.debt) == (180, 0, 0, 0)
    assert seen.expiring == (Expiring(date(2026, 4, 1), 30), Expiring(date(2027, 3, 1), 100))


def test_what_is_held_cannot_be_spent(session, account):
    points.reserve(session, account, 30, source=Source("cash-hold", 1), until=None, now=MORNING)
    session.flush()
    assert points.summary(session, account.member_id, now=MORNING).available == account.available == 150
    with pytest.raises(points.Insufficient):
        points.spend(session, account, 151, source=Source("exchange", 1), now=MORNING)


def test_what_expired_is_gone_before_anything_has_swept_it(session, account):
    seen = points.summary(session, account.member_id, now=IN_TWO_MONTHS)
    assert (seen.available, seen.expiring) == (150, (Expiring(date(2027, 3, 1), 100),))
    assert account.balance == 180


def test_a_balance_counts_points_until_their_last_instant_and_not_after(session, account):
    expires_at = Expiry("months", 1).of(MORNING)
    for now, available, lots in ((expires_at - timedelta(microseconds=1), 180, 2), (expires_at, 150, 1)):
        seen = points.summary(session, account.member_id, now=now)
        assert (seen.available, len(seen.expiring)) == (available, lots)


def test_the_balance_of_a_past_instant_counts_what_had_expired_by_then(session, account):
    expires_at = Expiry("months", 1).of(MORNING)
    just_before = expires_at - timedelta(microseconds=1)

    def seen():
        return [
            points.balance_at(session, account.member_id, at=at)
            for at in (MORNING - timedelta(seconds=1), MORNING, just_before, expires_at)
        ]

    assert seen() == [0, 180, 180, 150]
    points.lock(session, account.member_id, now=IN_TWO_MONTHS)
    session.flush()
    assert seen() == [0, 180, 180, 150]


def test_a_statement_is_read_backwards_in_pages(session, account):
    newest = points.entries(session, account.member_id, limit=2)
    assert [line.seq for line in newest] == [3, 2]
    assert [line.seq for line in points.entries(session, account.member_id, before_seq=2, limit=2)] == [1]


def test_a_line_is_found_by_what_caused_it(session, account):
    assert points.entry_of(session, account.member_id, Source("purchase", 2)).amount == 50
    assert points.entry_of(session, account.member_id, Source("purchase", 9)) is None


def test_what_sources_of_some_kinds_moved_is_told_by_member(session, account):
    mine, other = account.member_id, make_member(session).id
    points.spend(session, account, 20, source=Source("draw", "p"), now=MORNING)
    moved = points.moved_by(session, [mine, other], ["purchase", "draw"])
    assert moved == {
        (mine, Source("purchase", "1")): 30,
        (mine, Source("purchase", "2")): 50,
        (mine, Source("draw", "p")): -20,
    }
    assert points.moved_by(session, [other], ["purchase"]) == {}


def test_accounts_are_walked_in_order(session, account):
    other = make_member(session, now=LATE).id
    session.flush()
    first, second = sorted([account.member_id, other])
    assert points.member_ids(session, limit=1) == [first]
    assert points.member_ids(session, after=first, limit=10) == [second]


def test_a_balance_takes_two_statements(session, account, count_statements):
    session.expire_all()
    with count_statements(session) as said:
        points.summary(session, account.member_id, now=MORNING)
    assert len(said) == 2


def test_points_that_settled_paid_what_was_owed_though_they_are_over_by_now(session, account):
    """What is seen before the night agrees with what the night writes down, however late it comes."""
    points.take_back(session, account, 380, source=Source("adjustment", 1), of=(), now=MORNING)
    month, settles_at = Expiry("months", 1), MORNING + timedelta(days=7)
    why = Source("purchase", 3)
    points.promise(session, account, 150, source=why, settles_at=settles_at, now=MORNING, expiry=month)
    session.flush()
    later = MORNING + timedelta(days=400)
    seen = points.summary(session, account.member_id, now=later)
    assert (seen.debt, points.balance_at(session, account.member_id, at=later)) == (50, -50)
    points.lock(session, account.member_id, now=later)
    session.flush()
    assert points.summary(session, account.member_id, now=later) == seen


def test_the_past_of_a_frozen_account_stays_as_it_was_seen(session, account):
    points.freeze(session, account, reason="核查", now=MORNING)
    frozen_at, unfrozen_at = MORNING + timedelta(days=400), MORNING + timedelta(days=401)
    assert points.balance_at(session, account.member_id, at=frozen_at) == 180
    points.unfreeze(session, points.lock(session, account.member_id, now=unfrozen_at), now=unfrozen_at)
    session.flush()
    assert points.balance_at(session, account.member_id, at=frozen_at) == 180
    assert points.balance_at(session, account.member_id, at=unfrozen_at) == 50
