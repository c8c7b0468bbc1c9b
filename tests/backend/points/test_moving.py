"""No point is lost or doubled when points change hands or an account ends (L21)."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend import points
from backend.kit.db import run
from backend.points import Expiry, PointsEarned, PointsSpent, Source
from tests.factories.points import A_WEEK, lots_of, open_books
from tests.support.clocks import MORNING

SOON, LATER, EVER = Expiry("months", 1), Expiry("months", 6), Expiry("never")


def give(session, account, amount, expiry=None, number=1):
    points.credit(session, account, amount, source=Source("purchase", number), now=MORNING, expiry=expiry)


def by_expiry(session, *accounts):
    session.flush()
    sums = Counter()
    for account in accounts:
        for lot in points.lots(session, account.member_id, limit=99):
            sums[lot.expires_at] += lot.remaining
    return sums


def good_books(session, *accounts):
    session.flush()
    session.expire_all()
    return points.verify(session, [account.member_id for account in accounts]) == []


@pytest.fixture
def giver(session):
    account = open_books(session)
    for number, (amount, expiry) in enumerate(((30, SOON), (20, LATER), (10, EVER)), start=1):
        give(session, account, amount, expiry, number)
    return account


@pytest.fixture
def taker(session):
    return open_books(session)


def test_points_passed_on_stay_good_for_just_as_long(session, giver, taker):
    before = by_expiry(session, giver, taker)
    entry = points.transfer(session, giver, taker, 45, source_id=1, now=MORNING)
    assert (entry.amount, entry.source_kind) == (-45, "transfer-out")
    assert (giver.balance, taker.balance) == (15, 45)
    assert by_expiry(session, giver, taker) == before
    assert by_expiry(session, taker) == {SOON.of(MORNING): 30, LATER.of(MORNING): 15}
    assert good_books(session, giver, taker)


def test_both_sides_of_a_transfer_are_told_of(session, giver, taker):
    heard = []
    session.info["listeners"] = {
        kind: [lambda _session, fact: heard.append(fact)] for kind in (PointsEarned, PointsSpent)
    }
    points.transfer(session, giver, taker, 30, source_id=1, now=MORNING)
    assert [(type(fact), fact.member_id, fact.amount) for fact in heard] == [
        (PointsEarned, taker.member_id, 30),
        (PointsSpent, giver.member_id, 30),
    ]


def test_nobody_passes_on_what_is_not_theirs_to_spend(session, giver, taker):
    points.reserve(session, giver, 50, source=Source("cash-hold", 1), until=None, now=MORNING)
    with pytest.raises(points.Insufficient):
        points.transfer(session, giver, taker, 11, source_id=1, now=MORNING)
    points.freeze(session, taker, reason="对账", now=MORNING)
    with pytest.raises(points.Frozen):
        points.transfer(session, giver, taker, 1, source_id=1, now=MORNING)
    assert (giver.balance, taker.balance) == (60, 0)


def test_a_debt_of_the_taker_is_paid_first(session, giver, taker):
    points.take_back(session, taker, 25, source=Source("refund", 1), of=[], now=MORNING)
    points.transfer(session, giver, taker, 30, source_id=1, now=MORNING)
    assert (taker.balance, taker.debt) == (5, 0)
    assert good_books(session, giver, taker)


def test_a_merge_moves_all_and_leaves_nothing(session, giver, taker):
    points.promise(session, giver, 40, source=Source("purchase", 9), settles_at=MORNING + A_WEEK, now=MORNING)
    give(session, taker, 5, SOON)
    before = by_expiry(session, giver, taker)
    moved = points.merge(session, giver, taker, source_id=1, now=MORNING)
    assert (moved.points, moved.pending, moved.debt) == (60, 40, 0)
    assert (giver.balance, giver.pending, giver.debt, giver.closed_at) == (0, 0, 0, MORNING)
    assert (taker.balance, taker.pending) == (65, 40)
    assert by_expiry(session, giver, taker) == before
    assert good_books(session, giver, taker)
    with pytest.raises(points.AccountClosed):
        points.lock(session, giver.member_id, now=MORNING)


def test_what_was_pending_settles_for_the_one_who_stays_and_can_be_taken_back_there(session, giver, taker):
    points.promise(session, giver, 40, source=Source("purchase", 9), settles_at=MORNING + A_WEEK, now=MORNING)
    points.merge(session, giver, taker, source_id=1, now=MORNING)
    taken = points.take_back(session, taker, 15, source=Source("refund", 9), of=[Source("purchase", 9)], now=MORNING)
    assert taken.pending == 15
    points.lock(session, taker.member_id, now=MORNING + A_WEEK)
    assert (taker.balance, taker.pending) == (85, 0)
    assert good_books(session, giver, taker)


def test_a_debt_moves_along(session, taker):
    gone = open_books(session)
    points.take_back(session, gone, 30, source=Source("refund", 1), of=[], now=MORNING)
    give(session, taker, 20)
    moved = points.merge(session, gone, taker, source_id=1, now=MORNING)
    assert moved.debt == 30
    assert (gone.balance, gone.debt, taker.balance, taker.debt) == (0, 0, -10, 10)
    assert good_books(session, gone, taker)


def test_nothing_is_merged_while_points_are_set_aside(session, giver, taker):
    points.reserve(session, giver, 50, source=Source("cash-hold", 1), until=None, now=MORNING)
    with pytest.raises(points.HoldsOpen):
        points.merge(session, giver, taker, source_id=1, now=MORNING)
    assert (giver.balance, taker.balance, giver.closed_at) == (60, 0, None)


def test_a_closed_account_is_empty(session, giver):
    points.promise(session, giver, 40, source=Source("purchase", 9), settles_at=MORNING + A_WEEK, now=MORNING)
    points.reserve(session, giver, 50, source=Source("cash-hold", 1), until=None, now=MORNING)
    ended = points.close(session, giver, source_id=1, now=MORNING)
    assert (ended.points, ended.pending, ended.debt) == (60, 40, 0)
    assert (giver.balance, giver.held, giver.pending, giver.next_due_at) == (0, 0, 0, None)
    assert lots_of(session, giver) == []
    assert good_books(session, giver)


def test_what_a_closed_account_owed_is_forgiven(session):
    account = open_books(session)
    points.take_back(session, account, 30, source=Source("refund", 1), of=[], now=MORNING)
    ended = points.close(session, account, source_id=1, now=MORNING)
    assert (ended.debt, account.balance, account.debt) == (30, 0, 0)
    assert good_books(session, account)


BOOKS = st.lists(
    st.tuples(
        st.sampled_from(["earn", "promise", "owe", "spend"]), st.integers(1, 99), st.sampled_from([SOON, LATER, EVER])
    ),
    max_size=8,
)


def fill(session, account, book):
    for number, (verb, amount, expiry) in enumerate(book):
        source = Source("purchase", f"{account.member_id}-{number}")
        if verb == "earn":
            points.credit(session, account, amount, source=source, now=MORNING, expiry=expiry)
        elif verb == "promise":
            points.promise(
                session, account, amount, source=source, settles_at=MORNING + A_WEEK, now=MORNING, expiry=expiry
            )
        elif verb == "owe":
            points.take_back(session, account, amount, source=Source("refund", number), of=[], now=MORNING)
        elif account.available >= amount:
            points.spend(session, account, amount, source=Source("exchange", number), now=MORNING)


def worth(session, *accounts):
    return (
        sum(account.balance for account in accounts),
        sum(account.pending for account in accounts),
        sum(account.balance + account.debt for account in accounts) - sum(account.debt for account in accounts),
    )


@given(BOOKS, BOOKS)
@settings(max_examples=40)
def test_whatever_two_books_hold_a_merge_keeps_it(merging_sessions, one, other):
    def work(session):
        gone, into = open_books(session), open_books(session)
        fill(session, gone, one)
        fill(session, into, other)
        before = worth(session, gone, into)
        points.merge(session, gone, into, source_id=1, now=MORNING)
        assert worth(session, gone, into) == before
        assert worth(session, gone) == (0, 0, 0)
        assert good_books(session, gone, into)
        points.lock(session, into.member_id, now=MORNING + timedelta(days=400))
        assert good_books(session, gone, into)

    run(merging_sessions.write, work)
