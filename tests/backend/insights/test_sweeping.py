"""A sweep freezes what breaks an invariant, tells it, repairs nothing, and goes on where it was stopped."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from backend import adjustments, insights, mall, points
from backend.insights import sweeping
from backend.insights.models import FoundFault, Reconciliation
from backend.kit.db import run
from backend.points import Account, Entry
from tests.factories.mall import give_points, make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.races import race


@pytest.fixture
def everybody(sessions):
    with sessions.write.begin() as session:
        return [make_member(session).id for _ in range(5)]


@pytest.fixture
def damaged(sessions, everybody):
    """Two of them whose books cannot be."""
    second, fourth = everybody[1], everybody[3]
    with sessions.write.begin() as session:
        session.execute(update(Entry).where(Entry.member_id == second).values(amount=101))
        session.execute(update(Account).where(Account.member_id == fourth).values(balance=Account.balance + 1))
    return second, fourth


def reconcile(sessions, **how):
    """In slices of two accounts."""
    return insights.reconcile(sessions, now=MORNING, slice_size=2, **how)


def faults(sessions, outcome):
    with sessions.read() as session:
        return insights.found_faults(session, outcome.reconciliation_id, limit=100)


def rows_of(sessions, table):
    with sessions.read() as session:
        return session.execute(text(f"SELECT * FROM {table}")).all()


def frozen(sessions):
    with sessions.read() as session:
        return {account.member_id for account in insights.frozen(session, limit=100)}


def test_sound_accounts_stay_as_they_are(sessions, everybody):
    before = rows_of(sessions, "point_accounts")
    outcome = reconcile(sessions)
    assert (outcome.accounts, outcome.faults, outcome.frozen) == (5, 0, 0)
    assert rows_of(sessions, "point_accounts") == before


def test_accounts_that_break_an_invariant_are_frozen_and_told_and_not_repaired(sessions, everybody, damaged):
    journal = rows_of(sessions, "point_entries")
    outcome = reconcile(sessions)
    assert (outcome.accounts, outcome.frozen) == (5, 2)
    assert {fault.member_id for fault in faults(sessions, outcome)} == set(damaged) == frozen(sessions)
    assert all(fault.frozen and fault.domain == "points" for fault in faults(sessions, outcome))
    assert rows_of(sessions, "point_entries") == journal
    with sessions.read() as session:
        first, second = insights.frozen(session, limit=2)
        balance = session.scalar(select(Account.balance).where(Account.member_id == damaged[1]))
        assert session.scalar(select(Account.frozen_at).where(Account.member_id == everybody[0])) is None
    assert first.frozen_for.startswith(f"reconcile {outcome.reconciliation_id}: points: point_entries seq 1: ")
    assert (first.frozen_at, second.member_id, balance) == (MORNING, damaged[1], 101)


def test_a_second_sweep_finds_the_same_and_freezes_nobody_anew(sessions, everybody, damaged):
    first = reconcile(sessions)
    again = insights.reconcile(sessions, now=MORNING + timedelta(days=7))
    assert (again.faults, again.frozen) == (first.faults, 0)
    assert all(fault.frozen for fault in faults(sessions, again))
    with sessions.read() as session:
        assert {account.frozen_at for account in insights.frozen(session, limit=9)} == {MORNING}


def test_a_frozen_account_spends_nothing_until_it_is_unfrozen(sessions, damaged):
    reconcile(sessions)
    with sessions.write() as session:
        account = points.lock(session, damaged[1], now=MORNING)
        with pytest.raises(points.Frozen):
            points.spend(session, account, 1, source=points.Source("exchange", 1), now=MORNING)
        points.unfreeze(session, account, now=MORNING)
        points.spend(session, account, 1, source=points.Source("exchange", 1), now=MORNING)


def test_what_a_sweep_froze_stands_beside_what_operators_froze(sessions, everybody, damaged):
    outcome = reconcile(sessions)
    reconcile(sessions)
    with sessions.read() as session:
        (noted,) = adjustments.freezes(session, damaged[0], limit=9)
    assert (noted.what, noted.by, noted.at) == ("freeze", "reconcile", MORNING)
    assert noted.reason.startswith(f"reconcile {outcome.reconciliation_id}: points: ")


def test_a_sweep_that_only_reports_freezes_nothing(sessions, damaged):
    outcome = reconcile(sessions, freezes=False)
    assert {fault.member_id for fault in faults(sessions, outcome)} == set(damaged)
    assert (outcome.frozen, frozen(sessions)) == (0, set())


def test_a_closed_account_is_told_of_and_needs_no_freezing(sessions, everybody):
    with sessions.write.begin() as session:
        points.close(session, points.lock(session, everybody[0], now=MORNING), source_id=1, now=MORNING)
        session.execute(update(Entry).where(Entry.member_id == everybody[0], Entry.seq == 1).values(amount=99))
    outcome = reconcile(sessions)
    assert (outcome.faults > 0, outcome.frozen, frozen(sessions)) == (True, 0, set())


def test_stock_that_disagrees_is_told_at_the_end(sessions, everybody):
    with sessions.write.begin() as session:
        make_item(session)
        session.execute(update(mall.Stock).values(stocked=mall.Stock.stocked + 1))
    (fault,) = faults(sessions, reconcile(sessions))
    assert (fault.member_id, fault.domain, fault.frozen) == (None, "mall", False)


class Killed(BaseException):
    pass


def killed_after(slices):
    """A watch that ends the process after so many slices."""
    seen = []

    def watch(_done, _total):
        seen.append(1)
        if len(seen) == slices:
            raise Killed

    return watch


@pytest.mark.parametrize("slices", [1, 2, 3, 4])
def test_a_sweep_that_was_killed_is_gone_on_with_and_tells_all(sessions, damaged, slices):
    with pytest.raises(Killed):
        reconcile(sessions, watch=killed_after(slices))
    outcome = reconcile(sessions)
    assert {fault.member_id for fault in faults(sessions, outcome)} == set(damaged)
    sweeps = 1 if slices < 4 else 2  # the fourth had ended the first one
    assert (outcome.accounts, len(rows_of(sessions, "reconciliations"))) == (5, sweeps)


def test_a_sweep_may_begin_anew(sessions, everybody):
    with pytest.raises(Killed):
        reconcile(sessions, watch=killed_after(1))
    told = []
    assert reconcile(sessions, from_start=True, watch=lambda *done: told.append(done)).accounts == 5
    assert told == [(2, 5), (4, 5), (5, 5), (5, 5)]
    assert len(rows_of(sessions, "reconciliations")) == 2


@pytest.mark.parametrize(("later", "sweeps"), [(timedelta(days=2, microseconds=-1), 1), (timedelta(days=2), 2)])
def test_a_sweep_that_was_stopped_long_ago_is_begun_anew(sessions, everybody, later, sweeps):
    with pytest.raises(Killed):
        reconcile(sessions, watch=killed_after(1))
    assert insights.reconcile(sessions, now=MORNING + later).accounts == 5
    assert len(rows_of(sessions, "reconciliations")) == sweeps


def test_a_sweep_of_the_other_kind_is_not_gone_on_with(sessions, damaged):
    with pytest.raises(Killed):
        reconcile(sessions, freezes=False, watch=killed_after(3))
    assert reconcile(sessions).frozen == 2


def test_two_sweeps_at_once_count_each_slice_once(mariadb, sessions, damaged):
    run(sessions.write, lambda session: sweeping._begun(session, freezes=True, from_start=False, now=MORNING))
    first, second = race(2, lambda _: reconcile(sessions))
    assert first == second
    assert (first.accounts, first.frozen) == (5, 2)
    with sessions.read() as session:
        told = session.execute(select(FoundFault.member_id, FoundFault.place, FoundFault.what)).all()
        assert len(told) == len(set(told))
        assert session.scalars(select(Reconciliation.accounts)).all() == [5]


def test_what_is_written_meanwhile_is_not_taken_for_a_fault(mariadb, sessions, everybody):
    def act(number):
        if number == 0:
            return reconcile(sessions, from_start=True)
        for _ in range(10):
            run(sessions.write, lambda session: give_points(session, everybody[number], 5))
        return None

    assert race(4, act)[0].faults == 0
