"""What time brings happens in its order: what settles, then what comes free, then what expires (L16)."""

from datetime import timedelta

import pytest

from backend import points
from backend.points import Expiry, Source
from tests.factories.points import open_books
from tests.support.clocks import MORNING

LAST_INSTANT = Expiry("months", 1).of(MORNING)


@pytest.fixture
def account(session):
    return open_books(session)


def lines(session, account, number):
    return [
        (entry.kind, entry.amount, entry.at)
        for entry in reversed(points.entries(session, account.member_id, limit=number))
    ]


def test_of_one_instant_points_settle_before_others_expire(session, account):
    points.credit(session, account, 30, source=Source("purchase", 1), now=MORNING, expiry=Expiry("months", 1))
    points.promise(session, account, 50, source=Source("purchase", 2), settles_at=LAST_INSTANT, now=MORNING)
    points.lock(session, account.member_id, now=LAST_INSTANT + timedelta(days=3))
    assert lines(session, account, 2) == [("earn", 50, LAST_INSTANT), ("expire", -30, LAST_INSTANT)]


def test_what_settles_pays_debt_before_anything_expires(session, account):
    points.take_back(session, account, 20, source=Source("refund", 9), of=[], now=MORNING)
    points.promise(
        session,
        account,
        50,
        source=Source("purchase", 2),
        settles_at=LAST_INSTANT,
        now=MORNING,
        expiry=Expiry("months", 1),
    )
    points.lock(session, account.member_id, now=LAST_INSTANT)
    assert lines(session, account, 2) == [("earn", 50, LAST_INSTANT), ("expire", -30, LAST_INSTANT)]
    assert (account.balance, account.debt) == (0, 0)


def test_a_hold_that_ends_at_the_last_instant_of_its_points_frees_nothing(session, account):
    points.credit(session, account, 30, source=Source("purchase", 1), now=MORNING, expiry=Expiry("months", 1))
    points.reserve(session, account, 30, source=Source("cash-hold", 1), until=LAST_INSTANT, now=MORNING)
    points.lock(session, account.member_id, now=LAST_INSTANT)
    assert (account.available, account.held) == (0, 0)
    assert lines(session, account, 1) == [("expire", -30, LAST_INSTANT)]


def test_of_one_instant_points_settle_before_holds_end(session, account):
    """What settles pays what is owed, and what was set aside can be spent whole."""
    at = MORNING + timedelta(days=7)
    points.credit(session, account, 30, source=Source("purchase", 1), now=MORNING)
    points.reserve(session, account, 30, source=Source("cash-hold", 1), until=at, now=MORNING)
    points.take_back(session, account, 20, source=Source("refund", 9), of=[], now=MORNING)
    points.promise(session, account, 50, source=Source("purchase", 2), settles_at=at, now=MORNING)
    points.lock(session, account.member_id, now=at)
    assert [(lot.amount, lot.remaining) for lot in points.lots(session, account.member_id, limit=9)] == [
        (30, 30),
        (50, 30),
    ]


def test_each_instant_is_caught_up_on_by_itself(session, account):
    for number in (1, 2, 3):
        points.credit(
            session, account, number, source=Source("purchase", number), now=MORNING, expiry=Expiry("months", number)
        )
    points.lock(session, account.member_id, now=MORNING + timedelta(days=400))
    assert lines(session, account, 3) == [
        ("expire", -number, Expiry("months", number).of(MORNING)) for number in (1, 2, 3)
    ]
    session.flush()
    assert points.verify(session, [account.member_id]) == []


def test_where_nothing_is_due_nothing_is_asked(session, account, count_statements):
    points.credit(session, account, 30, source=Source("purchase", 1), now=MORNING)
    session.flush()
    with count_statements(session) as said:
        points.lock(session, account.member_id, now=MORNING + timedelta(days=1))
    assert len(said) == 1
