"""The ledger against a plain-Python model, step by step, over a real database (L1-L4, L11-L13, L15, L19)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from backend import points
from backend.points.models import Entry
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def expiry_of(months):
    return points.Expiry("months", months) if months else points.Expiry("never")


@dataclass
class ModelLot:
    number: int
    left: int
    expires_at: datetime | None


class Model:
    """Points as marbles in boxes: no tables, no hashes, no locks."""

    def __init__(self):
        self.lots, self.debt, self.entries = [], 0, 0
        self.spends = {}

    @property
    def balance(self):
        return sum(lot.left for lot in self.lots) - self.debt

    def expire(self, now):
        for until in sorted(
            {lot.expires_at for lot in self.lots if lot.left and lot.expires_at and lot.expires_at <= now}
        ):
            self.entries += 1
            for lot in self.lots:
                if lot.expires_at == until:
                    lot.left = 0

    def earn(self, amount, expires_at):
        self.entries += 1
        self.lots.append(ModelLot(self.entries, amount, expires_at))
        self.settle()
        return self.entries

    def take(self, amount, first=None):
        parts = {}
        order = sorted(self.lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or MORNING, lot.number))
        for lot in [lot for lot in order if lot.number == first] + [lot for lot in order if lot.number != first]:
            part = min(lot.left, amount)
            lot.left -= part
            amount -= part
            parts[lot.number] = part
        return parts, amount

    def settle(self):
        _, self.debt = self.take(self.debt)

    def give_back(self, parts, now):
        self.entries += 1
        for lot in self.lots:
            lot.left += parts.get(lot.number, 0)
        self.expire(now)
        self.settle()


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self, sessions):
        super().__init__()
        self.sessions, self.now, self.ids = sessions, MORNING, count(1)
        self.model, self.earned, self.cancelled, self.history, self.snapshots = Model(), {}, set(), [], []
        with sessions.write.begin() as session:
            self.member_id = make_member(session).id
            gift = points.entries(session, self.member_id, limit=1)[0]
        self.model.earn(gift.amount, gift.expires_at)

    @rule(amount=st.integers(1, 500), months=st.sampled_from([0, 1, 2, 12]))
    def earn(self, amount, months):
        number = next(self.ids)
        self.do(
            lambda session, account: points.credit(
                session,
                account,
                amount,
                source=points.Source("purchase", number),
                now=self.now,
                expiry=expiry_of(months),
            )
        )
        expires_at = expiry_of(months).of(self.now)
        self.earned[number] = (self.model.earn(amount, expires_at), amount)

    @rule(amount=st.integers(1, 700))
    def spend(self, amount):
        self.model.expire(self.now)
        number = next(self.ids)
        source = points.Source("exchange", number)
        before = self.model.balance
        if amount > max(0, before):
            with pytest.raises(points.Insufficient) as refusal:
                self.do(lambda session, account: points.spend(session, account, amount, source=source, now=self.now))
            assert refusal.value.details == {"available": max(0, before)}
            return
        self.do(lambda session, account: points.spend(session, account, amount, source=source, now=self.now))
        self.model.entries += 1
        self.model.spends[number], _ = self.model.take(amount)

    @precondition(lambda self: any(left for _, left in self.earned.values()))
    @rule(data=st.data())
    def take_back(self, data):
        number = data.draw(st.sampled_from([number for number, (_, left) in self.earned.items() if left]))
        lot, left = self.earned[number]
        amount = data.draw(st.integers(1, left))
        source = points.Source("refund", next(self.ids))
        self.do(
            lambda session, account: points.take_back(
                session, account, amount, source=source, of=[points.Source("purchase", number)], now=self.now
            )
        )
        self.earned[number] = (lot, left - amount)
        self.model.entries += 1
        _, owed = self.model.take(amount, first=lot)
        self.model.debt += owed

    @precondition(lambda self: self.model.spends)
    @rule(data=st.data())
    def cancel(self, data):
        number = data.draw(st.sampled_from(sorted(self.model.spends)))

        def give_back(session, account):
            points.cancel(
                session,
                account,
                spent=points.Source("exchange", number),
                source=points.Source("exchange-cancel", number),
                now=self.now,
            )

        if number in self.cancelled:
            with pytest.raises(points.AlreadyCancelled):
                self.do(give_back)
            return
        self.do(give_back)
        self.cancelled.add(number)
        self.model.give_back(self.model.spends[number], self.now)

    @rule(days=st.sampled_from([1, 27, 31, 400]), microseconds=st.sampled_from([-1, 0, 1]))
    def clock_forward(self, days, microseconds):
        self.snapshots.append((self.now, self.seen_balance()))
        self.now += timedelta(days=days, microseconds=microseconds)

    @rule()
    def nightly_sweep(self):
        self.do(lambda *_: None)

    def do(self, work):
        """One transaction under the lock, as a door would run it; the model learns what the lock swept."""
        self.model.expire(self.now)
        with self.sessions.write.begin() as session:
            work(session, points.lock(session, self.member_id, now=self.now))

    def seen_balance(self):
        with self.sessions.read() as session:
            return points.balance_at(session, self.member_id, at=self.now)

    @invariant()
    def books_are_right_and_agree_with_the_model(self):
        with self.sessions.read() as session:
            assert points.verify(session, [self.member_id]) == []
            lines = session.scalars(select(Entry).where(Entry.member_id == self.member_id).order_by(Entry.seq))
            said = [(line.seq, line.kind, line.amount, line.at, line.hash) for line in lines]
            seen = points.summary(session, self.member_id, now=self.now)
        assert said[: len(self.history)] == self.history, "a line of the journal was changed"
        self.history = said
        expired = sum(lot.left for lot in self.model.lots if lot.expires_at and lot.expires_at <= self.now)
        assert (seen.available, seen.debt) == (max(0, self.model.balance - expired), self.model.debt)
        assert self.seen_balance() == self.model.balance - expired

    @invariant()
    def the_past_can_be_rebuilt(self):
        with self.sessions.read() as session:
            for at, balance in self.snapshots[-3:]:
                assert points.balance_at(session, self.member_id, at=at) == balance


def test_the_ledger_agrees_with_a_plain_model(sessions):
    run_state_machine_as_test(
        lambda: LedgerMachine(sessions), settings=settings(max_examples=8, stateful_step_count=25)
    )
