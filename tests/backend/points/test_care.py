from datetime import date, timedelta

import pytest

from backend import points
from backend.points import Expiry, Source
from tests.factories.points import A_WEEK, lots_of, open_books
from tests.support import nights
from tests.support.clocks import MORNING

BOUGHT = Source("purchase", 1)
TWO_MONTHS_ON = MORNING + timedelta(days=61)


@pytest.fixture
def account(session):
    account = open_books(session)
    points.credit(session, account, 60, source=BOUGHT, now=MORNING, expiry=Expiry("months", 1))
    return account


def good_books(session, account):
    session.flush()
    session.expire_all()
    return points.verify(session, [account.member_id]) == []


def extend(session, account, lot_no, last_day):
    return points.extend(session, account, lot_no, last_day=last_day, reason="系统故障补偿", by="lan", now=MORNING)


def test_a_frozen_account_takes_points_in_and_lets_none_out(session, account):
    points.freeze(session, account, reason="对账不平", now=MORNING)
    points.credit(session, account, 5, source=Source("purchase", 2), now=MORNING)
    points.take_back(session, account, 5, source=Source("refund", 1), of=[Source("purchase", 2)], now=MORNING)
    with pytest.raises(points.Frozen):
        points.spend(session, account, 1, source=Source("exchange", 1), now=MORNING)
    assert good_books(session, account)


def test_nothing_is_written_off_and_nothing_settles_while_frozen(session, account):
    points.promise(session, account, 9, source=Source("purchase", 2), settles_at=MORNING + A_WEEK, now=MORNING)
    points.freeze(session, account, reason="对账不平", now=MORNING)
    session.flush()
    assert nights.catch_up(session, now=TWO_MONTHS_ON, limit=10) == {}
    points.lock(session, account.member_id, now=TWO_MONTHS_ON)
    assert (account.balance, account.pending) == (60, 9)
    assert points.summary(session, account.member_id, now=TWO_MONTHS_ON).available == 60
    assert good_books(session, account)


def test_what_came_due_meanwhile_happens_when_it_thaws(session, account):
    points.promise(session, account, 9, source=Source("purchase", 2), settles_at=MORNING + A_WEEK, now=MORNING)
    points.freeze(session, account, reason="对账不平", now=MORNING)
    points.unfreeze(session, account, now=TWO_MONTHS_ON)
    assert (account.balance, account.pending, account.frozen_for) == (9, 0, None)
    assert good_books(session, account)


def test_the_first_reason_of_a_freeze_stands(session, account):
    points.freeze(session, account, reason="对账不平", now=MORNING)
    points.freeze(session, account, reason="又一次", now=TWO_MONTHS_ON)
    assert (account.frozen_for, account.frozen_at) == ("对账不平", MORNING)
    assert [found.member_id for found in points.frozen(session, limit=10)] == [account.member_id]


def test_an_extended_lot_is_good_through_its_new_last_day(session, account):
    (lot,) = points.lots(session, account.member_id, limit=9)
    extend(session, account, lot.lot_no, date(2026, 6, 30))
    assert good_books(session, account)
    points.lock(session, account.member_id, now=TWO_MONTHS_ON)
    assert lots_of(session, account) == [(60, 0)]
    extend(session, account, lot.lot_no, date(2026, 7, 31))
    points.lock(session, account.member_id, now=MORNING + timedelta(days=200))
    assert lots_of(session, account) == []
    assert good_books(session, account)


def test_a_last_day_is_only_ever_put_off(session, account):
    (lot,) = points.lots(session, account.member_id, limit=9)
    with pytest.raises(points.NotLater):
        extend(session, account, lot.lot_no, date(2026, 4, 1))
    points.credit(session, account, 5, source=Source("purchase", 2), now=MORNING, expiry=Expiry("never"))
    session.flush()
    with pytest.raises(points.NotLater):
        extend(session, account, account.last_seq, date(2030, 1, 1))


def test_a_last_day_is_put_off_to_ten_years_from_today_at_most(session, account):
    (lot,) = points.lots(session, account.member_id, limit=9)
    for day in (date(2036, 3, 2), date.max):
        with pytest.raises(points.TooFar) as refused:
            extend(session, account, lot.lot_no, day)
        assert refused.value.details == {"latest": "2036-03-01"}
    extend(session, account, lot.lot_no, date(2036, 3, 1))


def test_a_lot_that_is_used_up_or_not_there_cannot_be_extended(session, account):
    with pytest.raises(points.LotUnknown):
        extend(session, account, 99, date(2030, 1, 1))
    points.spend(session, account, 60, source=Source("exchange", 1), now=MORNING)
    with pytest.raises(points.LotUnknown):
        extend(session, account, account.last_seq - 1, date(2030, 1, 1))


def test_a_lot_put_off_by_hand_in_the_database_is_found(session, account):
    (lot,) = points.lots(session, account.member_id, limit=9)
    lot.expires_at += timedelta(days=30)
    session.flush()
    session.expire_all()
    assert "is not what its earning says" in {fault.what for fault in points.verify(session, [account.member_id])}
