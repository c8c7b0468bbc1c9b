"""Points that are promised and come in after the return window (L18)."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from backend import points
from backend.points import Expiry, PointsEarned, PointsPromised, Source
from tests.factories.points import A_WEEK, lots_of, open_books
from tests.support.clocks import MORNING

BOUGHT = Source("purchase", 7)
SETTLES = MORNING + A_WEEK


@pytest.fixture
def account(session):
    return open_books(session)


@pytest.fixture
def heard(session):
    facts = []
    session.info["listeners"] = dict(session.info["listeners"]) | {
        kind: [lambda _session, fact: facts.append(fact)] for kind in (PointsPromised, PointsEarned)
    }
    return facts


def promise(session, account, amount=50, *, source=BOUGHT, settles_at=SETTLES, expiry=None):
    return points.promise(session, account, amount, source=source, settles_at=settles_at, now=MORNING, expiry=expiry)


def good_books(session, account):
    session.flush()
    session.expire_all()
    return points.verify(session, [account.member_id]) == []


def test_promised_points_are_seen_apart_and_cannot_be_spent(session, account, heard):
    promise(session, account)
    session.flush()
    seen = points.summary(session, account.member_id, now=MORNING)
    assert (seen.available, seen.pending) == (0, 50)
    assert [(part.day.isoformat(), part.points) for part in seen.settling] == [("2026-03-08", 50)]
    with pytest.raises(points.Insufficient):
        points.spend(session, account, 1, source=Source("exchange", 1), now=MORNING)
    assert [type(fact) for fact in heard] == [PointsPromised]
    assert good_books(session, account)


@pytest.mark.parametrize(("early", "available"), [(1, 0), (0, 50)])
def test_they_come_in_exactly_at_their_time_before_any_job_has_run(session, account, heard, early, available):
    promise(session, account)
    session.flush()
    at = SETTLES - timedelta(microseconds=early)
    assert points.summary(session, account.member_id, now=at).available == available
    assert points.balance_at(session, account.member_id, at=at) == available
    assert points.lock(session, account.member_id, now=at).available == available
    assert good_books(session, account)
    assert len(heard) == (1 if early else 2)


def test_their_expiry_counts_from_the_earning(session, account):
    promise(session, account, expiry=Expiry("months", 1))
    points.lock(session, account.member_id, now=SETTLES + timedelta(hours=1))
    (lot,) = points.lots(session, account.member_id, limit=9)
    assert lot.expires_at == Expiry("months", 1).of(MORNING)
    last = points.entries(session, account.member_id, limit=1)[0]
    assert (last.at, last.source_kind, last.source_id) == (SETTLES, "purchase", "7")


def test_without_a_window_they_come_in_at_once(session, account, heard):
    pending = promise(session, account, settles_at=MORNING)
    assert (pending.status, account.pending, account.available) == ("settled", 0, 50)
    assert [type(fact) for fact in heard] == [PointsEarned]
    assert good_books(session, account)


def test_a_return_within_the_window_takes_from_what_is_pending(session, account):
    promise(session, account)
    taken = points.take_back(session, account, 20, source=Source("refund", 1), of=[BOUGHT], now=MORNING)
    assert (taken.pending, taken.points, taken.debt, account.pending) == (20, 0, 0, 30)
    points.lock(session, account.member_id, now=SETTLES)
    assert lots_of(session, account) == [(30, 0)]
    assert good_books(session, account)


def test_a_return_of_all_leaves_nothing_to_come(session, account):
    promise(session, account)
    points.take_back(session, account, 50, source=Source("refund", 1), of=[BOUGHT], now=MORNING)
    assert (account.pending, account.next_due_at) == (0, None)
    points.lock(session, account.member_id, now=SETTLES)
    assert lots_of(session, account) == []
    assert good_books(session, account)


def test_what_is_pending_of_another_purchase_is_left_alone(session, account):
    promise(session, account)
    taken = points.take_back(session, account, 20, source=Source("refund", 1), of=[Source("purchase", 8)], now=MORNING)
    assert (taken.pending, taken.debt, account.pending, account.debt) == (0, 20, 50, 20)
    points.lock(session, account.member_id, now=SETTLES)
    assert (account.balance, account.debt) == (30, 0)
    assert good_books(session, account)


def test_a_return_after_the_window_takes_points(session, account):
    promise(session, account)
    points.lock(session, account.member_id, now=SETTLES)
    taken = points.take_back(session, account, 20, source=Source("refund", 1), of=[BOUGHT], now=SETTLES)
    assert (taken.pending, taken.points, account.balance) == (0, 20, 30)
    assert good_books(session, account)


def test_points_good_for_less_than_the_window_come_in_and_are_written_off_in_one_breath(session, account):
    late = Expiry("months", 1).of(MORNING) + timedelta(days=1)
    promise(session, account, settles_at=late, expiry=Expiry("months", 1))
    session.flush()
    assert points.summary(session, account.member_id, now=late).available == 0
    points.lock(session, account.member_id, now=late)
    assert [entry.amount for entry in points.entries(session, account.member_id, limit=2)] == [-50, 50]
    assert good_books(session, account)


def test_the_same_return_is_taken_once(session, account):
    promise(session, account)
    points.take_back(session, account, 20, source=Source("refund", 1), of=[BOUGHT], now=MORNING)
    session.flush()
    points.take_back(session, account, 20, source=Source("refund", 1), of=[BOUGHT], now=MORNING)
    with pytest.raises(IntegrityError):
        session.flush()
