from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import points
from backend.points import Expiry, Source
from backend.points.models import Allocation, Lot
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

GIFT = 100  # what joining earns
BOUGHT, EXCHANGED, UNDONE = Source("purchase", 1), Source("exchange", 1), Source("exchange-cancel", 1)
A_YEAR_LATER = MORNING + timedelta(days=366)


@pytest.fixture
def account(session):
    return points.lock(session, make_member(session).id, now=MORNING)


def lots(session, account):
    session.flush()
    rows = session.scalars(select(Lot).where(Lot.member_id == account.member_id).order_by(Lot.lot_no))
    return [(lot.amount, lot.remaining) for lot in rows]


def test_nobody_has_no_account(session):
    with pytest.raises(points.NoAccount):
        points.lock(session, 404, now=MORNING)


def test_joining_opens_an_account_with_the_gift(session, account):
    assert (account.balance, account.available, account.debt) == (GIFT, GIFT, 0)
    assert lots(session, account) == [(GIFT, GIFT)]


def test_a_short_balance_is_refused_and_nothing_has_changed(session, account):
    with pytest.raises(points.Insufficient) as refusal:
        points.spend(session, account, GIFT + 1, source=EXCHANGED, now=MORNING)
    assert refusal.value.detail == "积分不足，当前可用 100 积分"
    assert lots(session, account) == [(GIFT, GIFT)]
    assert account.last_seq == 1


def test_spending_takes_what_expires_soonest(session, account):
    points.credit(session, account, 30, source=BOUGHT, now=MORNING, expiry=Expiry("months", 1))
    points.credit(session, account, 50, source=Source("purchase", 2), now=MORNING, expiry=Expiry("never"))
    points.spend(session, account, 40, source=EXCHANGED, now=MORNING)
    assert lots(session, account) == [(GIFT, 90), (30, 0), (50, 50)]
    points.spend(session, account, 140, source=Source("exchange", 2), now=MORNING)
    assert lots(session, account) == [(GIFT, 0), (30, 0), (50, 0)]


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1])
def test_an_amount_is_above_zero(session, account, amount):
    for verb in (points.credit, points.spend):
        with pytest.raises(ValueError, match="above 0"):
            verb(session, account, amount, source=BOUGHT, now=MORNING)


def test_a_source_earns_once_for_ever(session, account):
    points.credit(session, account, 30, source=BOUGHT, now=MORNING)
    session.flush()
    session.info["listeners"] = {}  # nobody who asks anything, which would write the line before the flush below
    points.credit(session, account, 30, source=BOUGHT, now=LATE)
    with pytest.raises(IntegrityError):
        session.flush()


def test_points_are_good_until_the_last_instant_and_not_after(session, account):
    expires_at = Expiry("months", 12).of(MORNING)
    just_good = points.lock(session, account.member_id, now=expires_at - timedelta(microseconds=1))
    assert just_good.available == GIFT
    gone = points.lock(session, account.member_id, now=expires_at)
    assert gone.available == 0
    with pytest.raises(points.Insufficient):
        points.spend(session, gone, 1, source=EXCHANGED, now=expires_at)
    (line, _) = points.entries(session, account.member_id, limit=2)
    assert (line.kind, line.amount, line.at) == ("expire", -GIFT, expires_at)


def test_taking_back_takes_from_the_lot_that_was_earned(session, account):
    points.credit(session, account, 80, source=BOUGHT, now=LATE, expiry=Expiry("months", 24))
    points.take_back(session, account, 60, source=Source("refund", 1), of=[BOUGHT], now=LATE)
    assert lots(session, account) == [(GIFT, GIFT), (80, 20)]


def test_taking_back_more_than_is_left_makes_a_debt_that_the_next_earning_pays(session, account):
    points.credit(session, account, 80, source=BOUGHT, now=MORNING)
    points.spend(session, account, 150, source=EXCHANGED, now=MORNING)
    points.take_back(session, account, 80, source=Source("refund", 1), of=[BOUGHT], now=MORNING)
    assert (account.balance, account.available, account.debt) == (-50, 0, 50)
    points.credit(session, account, 20, source=Source("purchase", 2), now=LATE)
    assert (account.balance, account.debt) == (-30, 30)
    points.credit(session, account, 40, source=Source("purchase", 3), now=LATE)
    assert (account.balance, account.available, account.debt) == (10, 10, 0)
    assert lots(session, account)[-2:] == [(20, 0), (40, 10)]
    assert points.verify(session, [account.member_id]) == []


def test_spending_and_cancelling_is_the_identity_on_lots(session, account):
    points.credit(session, account, 30, source=BOUGHT, now=MORNING, expiry=Expiry("months", 1))
    before = lots(session, account)
    points.spend(session, account, 110, source=EXCHANGED, now=MORNING)
    entry = points.cancel(session, account, spent=EXCHANGED, source=UNDONE, now=LATE)
    assert lots(session, account) == before
    assert (entry.kind, entry.amount, account.balance) == ("cancel", 110, GIFT + 30)


def test_cancelling_gives_no_new_life_to_what_expired_meanwhile(session, account):
    points.credit(session, account, 30, source=BOUGHT, now=MORNING, expiry=Expiry("months", 1))
    points.spend(session, account, 50, source=EXCHANGED, now=MORNING)
    two_months_on = points.lock(session, account.member_id, now=MORNING + timedelta(days=61))
    points.cancel(session, two_months_on, spent=EXCHANGED, source=UNDONE, now=MORNING + timedelta(days=61))
    assert lots(session, account) == [(GIFT, GIFT), (30, 0)]
    lines = points.entries(session, account.member_id, limit=2)
    assert [(line.kind, line.amount) for line in lines] == [("expire", -30), ("cancel", 50)]


def test_a_debt_is_paid_out_of_what_a_cancelled_exchange_gives_back(session, account):
    points.credit(session, account, 80, source=BOUGHT, now=MORNING)
    points.spend(session, account, 180, source=EXCHANGED, now=MORNING)
    points.take_back(session, account, 80, source=Source("refund", 1), of=[BOUGHT], now=MORNING)
    points.cancel(session, account, spent=EXCHANGED, source=UNDONE, now=LATE)
    assert (account.balance, account.debt) == (100, 0)
    assert points.verify(session, [account.member_id]) == []


def test_a_reversal_happens_at_most_once(session, account):
    points.spend(session, account, 50, source=EXCHANGED, now=MORNING)
    points.cancel(session, account, spent=EXCHANGED, source=UNDONE, now=MORNING)
    with pytest.raises(points.AlreadyCancelled):
        points.cancel(session, account, spent=EXCHANGED, source=UNDONE, now=MORNING)
    with pytest.raises(points.NothingToCancel):
        points.cancel(session, account, spent=BOUGHT, source=Source("exchange-cancel", 2), now=MORNING)


def test_entries_never_run_backwards_in_time(session, account):
    points.credit(session, account, 1, source=BOUGHT, now=LATE)
    late_comer = points.credit(session, account, 1, source=Source("purchase", 2), now=MORNING)
    assert late_comer.at == LATE


def test_facts_are_announced(session, account):
    heard = []
    session.info["listeners"] = {
        fact: [lambda _session, said: heard.append(said)] for fact in (points.PointsEarned, points.PointsSpent)
    }
    points.credit(session, account, 30, source=BOUGHT, now=MORNING)
    points.spend(session, account, 10, source=EXCHANGED, now=LATE)
    assert heard == [
        points.PointsEarned(account.member_id, 30, 130, "purchase", "1", MORNING),
        points.PointsSpent(account.member_id, 10, 120, "exchange", "1", LATE),
    ]


def test_earning_takes_three_statements_under_the_lock(session, account, count_statements):
    session.flush()
    session.info["listeners"] = {}
    with count_statements(session) as said:
        points.credit(session, points.lock(session, account.member_id, now=MORNING), 5, source=BOUGHT, now=MORNING)
        session.flush()
    assert sorted(statement.split()[0] for statement in said) == ["INSERT", "INSERT", "SELECT", "UPDATE"]


def test_the_database_itself_refuses_a_lot_below_zero(session, account):
    session.flush()
    lot = session.scalar(select(Lot).where(Lot.member_id == account.member_id))
    lot.remaining = -1
    with pytest.raises(Exception, match="_within_"):
        session.flush()


def test_allocations_of_a_spend_add_up_to_it(session, account):
    points.credit(session, account, 30, source=BOUGHT, now=MORNING, expiry=Expiry("months", 1))
    entry = points.spend(session, account, 110, source=EXCHANGED, now=MORNING)
    session.flush()
    parts = session.scalars(select(Allocation.amount).where(Allocation.entry_seq == entry.seq)).all()
    assert sorted(parts) == [30, 80]
