from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import points
from backend.points import Expiry, PointsExpired, Source
from backend.points.journal import live_lots, note_next_expiry, pay_debts
from backend.points.models import Allocation, Debt
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

A_YEAR_LATER = MORNING + timedelta(days=400)


@pytest.fixture
def account(session):
    session.info["listeners"] = session.info["listeners"] | {points.PointsEarned: []}
    return points.lock(session, make_member(session).id, now=MORNING)


def earn(session, account, amount, *, number, now=MORNING, expiry=None):
    return points.credit(session, account, amount, source=Source("purchase", number), now=now, expiry=expiry)


def test_lines_are_numbered_and_chained_from_one(session, account):
    first, second = earn(session, account, 5, number=1), earn(session, account, 7, number=2)
    assert (first.seq, second.seq, second.balance_after) == (2, 3, 112)
    assert account.last_hash == second.hash != first.hash


def test_lots_that_expire_together_are_written_off_in_one_line(session, account):
    heard = []
    session.info["listeners"] = {PointsExpired: [lambda _session, fact: heard.append(fact)]}
    earn(session, account, 5, number=1)
    earn(session, account, 7, number=2, expiry=Expiry("months", 13))
    points.lock(session, account.member_id, now=A_YEAR_LATER)
    expired = [Expiry("months", months).of(MORNING) for months in (12, 13)]
    assert [(fact.amount, fact.balance, fact.at) for fact in heard] == [(105, 7, expired[0]), (7, 0, expired[1])]


def test_debts_are_paid_oldest_first(session, account):
    for number, owed in ((1, 30), (2, 20)):
        earn(session, account, owed, number=number)
    points.spend(session, account, 150, source=Source("exchange", 1), now=MORNING)
    for number, owed in ((1, 30), (2, 20)):
        source = Source("refund", number)
        points.take_back(session, account, owed, source=source, of=[Source("purchase", number)], now=LATE)
    earning = earn(session, account, 35, number=3, now=LATE)
    session.flush()
    rest = session.scalars(select(Debt).order_by(Debt.entry_seq)).all()
    assert [debt.remaining for debt in rest] == [0, 15]
    paid = select(Allocation.entry_seq, Allocation.amount).where(Allocation.by_seq == earning.seq)
    assert session.execute(paid.order_by(Allocation.entry_seq)).all() == [
        (rest[0].entry_seq, 30),
        (rest[1].entry_seq, 5),
    ]


def test_without_debt_nothing_is_asked(session, account, count_statements):
    lots = live_lots(session, account)
    with count_statements(session) as said:
        pay_debts(session, account, lots)
    assert said == []


def test_the_next_expiry_is_that_of_the_soonest_lot_with_points(session, account):
    earn(session, account, 5, number=1, expiry=Expiry("months", 1))
    earn(session, account, 5, number=2, expiry=Expiry("never"))
    session.flush()
    lots = live_lots(session, account)
    note_next_expiry(account, lots.values())
    assert account.next_expiry_at == Expiry("months", 1).of(MORNING)
    lots[2].remaining = 0
    note_next_expiry(account, lots.values())
    assert account.next_expiry_at == Expiry("months", 12).of(MORNING)
    note_next_expiry(account, [])
    assert account.next_expiry_at is None
