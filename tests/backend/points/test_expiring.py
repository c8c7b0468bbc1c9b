from datetime import timedelta

from sqlalchemy import text

from backend import points
from backend.kit.calendar import day_end, shop_day
from backend.kit.db import is_mysql_family
from backend.points import Expiring, Expiry, Lot
from tests.factories.mall import give_points
from tests.factories.points import open_books
from tests.support.clocks import MORNING

TODAY = shop_day(MORNING)
MONTH_END = shop_day(MORNING) + timedelta(days=31)  # of points that are good for a month


def give(session, account, amount, *, days):
    """Points whose last good day is in so many days."""
    entry = give_points(session, account.member_id, amount)
    session.get(Lot, (account.member_id, entry.seq)).expires_at = day_end(TODAY + timedelta(days=days))
    session.flush()


def test_members_are_told_in_their_order_a_page_at_a_time(session):
    accounts = [open_books(session) for _ in range(5)]
    for account in accounts[1:]:
        give(session, account, 10, days=7)
        give(session, account, 20, days=7)
    give(session, accounts[0], 10, days=8)
    expected = [account.member_id for account in accounts[1:]]
    day = TODAY + timedelta(days=7)
    assert points.expiring_on(session, day, limit=10) == expected
    assert points.expiring_on(session, day, limit=2) == expected[:2]
    assert points.expiring_on(session, day, after_member_id=expected[1], limit=10) == expected[2:]


def test_what_is_spent_or_set_aside_does_not_count(session):
    account = open_books(session)
    give_points(session, account.member_id, 30, expiry=Expiry("months", 1))
    points.spend(session, account, 10, source=points.Source("exchange", 1), now=MORNING)
    assert points.expiring_on(session, MONTH_END, limit=10) == [account.member_id]
    points.reserve(session, account, 20, source=points.Source("exchange", 2), until=None, now=MORNING)
    session.flush()
    assert points.expiring_on(session, MONTH_END, limit=10) == []


def test_what_expires_within_a_time_is_told_by_day_soonest_first(session):
    account, other = open_books(session), open_books(session)
    for amount, days in ((5, 31), (10, 30), (20, 3), (30, 3), (40, 0), (50, -1)):
        give(session, account, amount, days=days)
    found = points.expiring_within(
        session, [account.member_id, other.member_id], now=MORNING, until=TODAY + timedelta(days=30)
    )
    soon, later, last = (TODAY + timedelta(days=days) for days in (0, 3, 30))
    assert found == {account.member_id: (Expiring(soon, 40), Expiring(later, 50), Expiring(last, 10))}


def test_the_frozen_and_the_closed_have_nothing_that_expires(session):
    frozen, closed, other = (open_books(session) for _ in range(3))
    for account in (frozen, closed, other):
        give(session, account, 10, days=7)
    points.freeze(session, frozen, reason="looked into", now=MORNING)
    points.close(session, closed, source_id=1, now=MORNING)
    session.flush()
    everybody = [account.member_id for account in (frozen, closed, other)]
    assert list(points.expiring_within(session, everybody, now=MORNING, until=MONTH_END)) == [other.member_id]


def test_a_page_is_read_off_the_index(session):
    asked = (
        "SELECT DISTINCT member_id FROM point_lots WHERE expires_at = '2026-04-01' AND member_id > 7"
        " AND remaining > held ORDER BY member_id LIMIT 500"
    )
    plan = session.execute(text(("EXPLAIN " if is_mysql_family(session) else "EXPLAIN QUERY PLAN ") + asked)).all()
    assert "ix_point_lots_expires_at_member_id" in str(plan)
    assert not any(word in str(plan) for word in ("filesort", "temporary", "TEMP B-TREE"))
