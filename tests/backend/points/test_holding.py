"""Points set aside (L6)."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from backend import points
from backend.points import Expiry, Source
from tests.factories.points import lots_of, open_books
from tests.support.clocks import MORNING

BILL = Source("cash-hold", "S1:1")
UNTIL = MORNING + timedelta(minutes=15)
A_MONTH_ON = MORNING + timedelta(days=40)


@pytest.fixture
def account(session):
    account = open_books(session)
    points.credit(session, account, 60, source=Source("purchase", 1), now=MORNING, expiry=Expiry("months", 1))
    points.credit(session, account, 40, source=Source("purchase", 2), now=MORNING)
    return account


def hold(session, account, amount=70, *, source=BILL, until=UNTIL, now=MORNING):
    return points.reserve(session, account, amount, source=source, until=until, now=now)


def good_books(session, account):
    session.flush()
    session.expire_all()
    return points.verify(session, [account.member_id]) == []


def test_what_is_set_aside_counts_at_once(session, account):
    hold(session, account)
    assert (account.balance, account.held, account.available) == (100, 70, 30)
    assert lots_of(session, account) == [(60, 60), (40, 10)]
    with pytest.raises(points.Insufficient) as refusal:
        points.spend(session, account, 31, source=Source("exchange", 1), now=MORNING)
    assert refusal.value.details == {"available": 30}
    points.spend(session, account, 30, source=Source("exchange", 1), now=MORNING)
    assert good_books(session, account)


def test_more_than_is_available_is_not_set_aside(session, account):
    hold(session, account)
    with pytest.raises(points.Insufficient):
        hold(session, account, 31, source=Source("cash-hold", "S1:2"))
    assert account.held == 70
    assert good_books(session, account)


def test_a_capture_spends_and_frees_the_rest(session, account):
    hold(session, account)
    entry = points.capture(session, account, source=BILL, amount=50, now=MORNING)
    assert (entry.kind, entry.amount, entry.source_kind) == ("spend", -50, "cash-hold")
    assert (account.balance, account.held, account.available) == (50, 0, 50)
    assert lots_of(session, account) == [(10, 0), (40, 0)]
    assert good_books(session, account)


def test_a_capture_takes_no_more_than_was_set_aside(session, account):
    hold(session, account)
    with pytest.raises(points.Insufficient) as refusal:
        points.capture(session, account, source=BILL, amount=71, now=MORNING)
    assert refusal.value.details == {"available": 70}
    assert account.held == 70


def test_a_release_gives_all_back_once(session, account):
    hold(session, account)
    assert points.release(session, account, source=BILL, now=MORNING) is True
    assert points.release(session, account, source=BILL, now=MORNING) is False
    assert (account.available, lots_of(session, account)) == (100, [(60, 0), (40, 0)])
    with pytest.raises(points.HoldEnded):
        points.capture(session, account, source=BILL, now=MORNING)
    assert good_books(session, account)


def test_what_was_captured_is_neither_captured_nor_released_again(session, account):
    hold(session, account)
    points.capture(session, account, source=BILL, now=MORNING)
    for verb in (points.capture, points.release):
        with pytest.raises(points.HoldCaptured):
            verb(session, account, source=BILL, now=MORNING)


def test_what_was_never_set_aside_is_unknown(session, account):
    for verb in (points.capture, points.release):
        with pytest.raises(points.HoldUnknown):
            verb(session, account, source=BILL, now=MORNING)


@pytest.mark.parametrize(("early", "status"), [(1, "held"), (0, "lapsed")])
def test_a_hold_ends_by_itself_exactly_at_its_time(session, account, early, status):
    hold(session, account)
    session.flush()
    at = UNTIL - timedelta(microseconds=early)
    seen = points.summary(session, account.member_id, now=at)
    locked = points.lock(session, account.member_id, now=at)
    assert points.hold_of(session, account.member_id, BILL).status == status
    assert (seen.available, seen.held) == (locked.available, locked.held) == ((30, 70) if early else (100, 0))
    assert good_books(session, account)


def test_points_set_aside_do_not_expire_and_can_be_captured(session, account):
    hold(session, account, until=None)
    points.lock(session, account.member_id, now=A_MONTH_ON)
    assert (account.balance, account.held) == (100, 70)
    points.capture(session, account, source=BILL, amount=65, now=A_MONTH_ON)
    assert (account.balance, lots_of(session, account)) == (35, [(35, 0)])
    assert good_books(session, account)


def test_what_comes_free_after_its_last_day_is_written_off_at_once(session, account):
    hold(session, account, until=None)
    points.lock(session, account.member_id, now=A_MONTH_ON)
    points.release(session, account, source=BILL, now=A_MONTH_ON)
    assert (account.balance, lots_of(session, account)) == (40, [(40, 0)])
    last = points.entries(session, account.member_id, limit=1)[0]
    assert (last.kind, last.amount, last.at) == ("expire", -60, A_MONTH_ON)
    assert good_books(session, account)


def test_debt_leaves_alone_what_is_set_aside_and_is_paid_when_it_comes_free(session, account):
    hold(session, account)
    taken = points.take_back(session, account, 60, source=Source("refund", 1), of=[Source("purchase", 1)], now=MORNING)
    assert (taken.points, taken.debt) == (30, 30)
    assert (account.balance, account.held, account.debt, account.available) == (40, 70, 30, 0)
    assert good_books(session, account)
    points.release(session, account, source=BILL, now=MORNING)
    assert (account.balance, account.debt, account.available) == (40, 0, 40)
    last = points.entries(session, account.member_id, limit=1)[0]
    assert (last.kind, last.amount) == ("pay-debt", 0)
    assert good_books(session, account)


def test_two_holds_that_end_one_after_the_other_pay_one_debt(session, account):
    hold(session, account, 50)
    other = Source("cash-hold", "S1:2")
    hold(session, account, 50, source=other)
    points.take_back(session, account, 90, source=Source("refund", 1), of=[], now=MORNING)
    for source in (BILL, other):
        points.release(session, account, source=source, now=MORNING)
        assert good_books(session, account)
    assert (account.balance, account.debt) == (10, 0)


def test_one_source_holds_once(session, account):
    hold(session, account, 10)
    with pytest.raises(IntegrityError):
        hold(session, account, 10)


def test_a_frozen_account_lets_nothing_out(session, account):
    hold(session, account)
    points.freeze(session, account, reason="对账", now=MORNING)
    with pytest.raises(points.Frozen):
        hold(session, account, 1, source=Source("cash-hold", "S1:2"))
    with pytest.raises(points.Frozen):
        points.capture(session, account, source=BILL, now=MORNING)
    assert good_books(session, account)


def test_what_is_set_aside_can_wait_longer(session, account):
    hold(session, account)
    later = UNTIL + timedelta(days=1)
    points.prolong(session, account, source=BILL, until=later)
    points.lock(session, account.member_id, now=UNTIL)
    assert account.held == 70
    points.lock(session, account.member_id, now=later)
    assert (account.held, account.available) == (0, 100)
    with pytest.raises(points.HoldEnded):
        points.prolong(session, account, source=BILL, until=later + timedelta(days=1))
    assert good_books(session, account)


def test_what_is_set_aside_is_not_cut_short(session, account):
    hold(session, account)
    for until in (UNTIL, UNTIL - timedelta(seconds=1)):
        with pytest.raises(ValueError, match="prolonged"):
            points.prolong(session, account, source=BILL, until=until)
