"""Random lives of a few members over months, lived through the real services."""

from datetime import timedelta
from itertools import count

from backend import points
from backend.kit.errors import DomainError
from backend.points import Source
from tests.factories.members import make_member
from tests.support import nights
from tests.support.clocks import MORNING

EXPIRIES = (points.Expiry("months", 1), points.Expiry("months", 2), points.Expiry("never"))
REFUSED = (DomainError,)


class History:
    """Some members, a clock, and everything that can happen to points. What the ledger refuses does not happen."""

    def __init__(self, sessions, rng, *, people=4):
        self.sessions, self.rng, self.now, self.numbers = sessions, rng, MORNING, count(1)
        with sessions.write.begin() as session:
            self.members = [make_member(session).id for _ in range(people)]
        self.earned, self.spent, self.held = [], [], []

    def live(self, steps):
        """Let so many things happen."""
        for _ in range(steps):
            getattr(self, self.rng.choice(HAPPENINGS))()

    def earn(self):
        kind = self.rng.choice(("purchase", "check-in", "tier-gift", "adjustment", "grant"))
        member, source = self.rng.choice(self.members), Source(kind, next(self.numbers))
        amount, expiry = self.rng.randint(1, 200), self.rng.choice(EXPIRIES)
        if self._do(member, lambda s, a: points.credit(s, a, amount, source=source, now=self.now, expiry=expiry)):
            self.earned.append((member, source, amount))

    def promise(self):
        member, source = self.rng.choice(self.members), Source("purchase", next(self.numbers))
        amount, settles_at = self.rng.randint(1, 200), self.now + timedelta(days=self.rng.randint(0, 9))
        if self._do(
            member, lambda s, a: points.promise(s, a, amount, source=source, settles_at=settles_at, now=self.now)
        ):
            self.earned.append((member, source, amount))

    def take_back(self):
        if self.earned:
            member, earned, amount = self.earned.pop(self.rng.randrange(len(self.earned)))
            source, part = Source("refund", next(self.numbers)), self.rng.randint(1, amount)
            self._do(member, lambda s, a: points.take_back(s, a, part, source=source, of=[earned], now=self.now))

    def spend(self):
        member = self.rng.choice(self.members)
        source = Source(self.rng.choice(("exchange", "cash", "adjustment")), next(self.numbers))
        amount = self.rng.randint(1, 150)
        if self._do(member, lambda s, a: points.spend(s, a, amount, source=source, now=self.now)):
            self.spent.append((member, source, amount))

    def give_back(self):
        if self.spent:
            member, spent, amount = self.spent.pop(self.rng.randrange(len(self.spent)))
            kind = {"exchange": "exchange-cancel", "cash": "cash-back", "adjustment": "adjustment-reversal"}[spent.kind]
            source, part = Source(kind, next(self.numbers)), self.rng.randint(1, amount)
            self._do(member, lambda s, a: points.give_back(s, a, part, spent=spent, source=source, now=self.now))

    def hold(self):
        member, source = self.rng.choice(self.members), Source("exchange", next(self.numbers))
        amount, until = self.rng.randint(1, 100), self.now + timedelta(days=self.rng.randint(1, 20))
        if self._do(member, lambda s, a: points.reserve(s, a, amount, source=source, until=until, now=self.now)):
            self.held.append((member, source))

    def end_hold(self):
        if self.held:
            member, source = self.held.pop(self.rng.randrange(len(self.held)))
            end = self.rng.choice((points.capture, points.release))
            self._do(member, lambda s, a: end(s, a, source=source, now=self.now))

    def transfer(self):
        giver, taker = self.rng.sample(self.members, 2)
        amount = self.rng.randint(1, 100)
        self._do_both(
            giver, taker, lambda s, a, b: points.transfer(s, a, b, amount, source_id=next(self.numbers), now=self.now)
        )

    def merge_or_close(self):
        """One member in ten; somebody new comes in the place."""
        if self.rng.random() < 0.9:
            return
        gone, into = self.rng.sample(self.members, 2)
        number = next(self.numbers)
        ended = (
            self._do_both(gone, into, lambda s, a, b: points.merge(s, a, b, source_id=number, now=self.now))
            if self.rng.random() < 0.5
            else self._do(gone, lambda s, a: points.close(s, a, source_id=number, now=self.now))
        )
        if ended:
            self.members.remove(gone)
            with self.sessions.write.begin() as session:
                self.members.append(make_member(session, now=self.now).id)

    def wait(self):
        self.now += timedelta(days=self.rng.choice((1, 3, 9)), microseconds=self.rng.choice((-1, 0, 1)))

    def night(self):
        with self.sessions.write.begin() as session:
            nights.catch_up(session, now=self.now, limit=100)

    def _do(self, member, work):
        try:
            with self.sessions.write.begin() as session:
                work(session, points.lock(session, member, now=self.now))
        except REFUSED:
            return False
        return True

    def _do_both(self, one, other, work):
        try:
            with self.sessions.write.begin() as session:
                work(session, *points.lock_both(session, one, other, now=self.now))
        except REFUSED:
            return False
        return True


HAPPENINGS = (
    *("earn",) * 4,
    *("promise",) * 3,
    *("spend",) * 4,
    *("wait",) * 4,
    "take_back",
    "give_back",
    "hold",
    "end_hold",
    "transfer",
    "merge_or_close",
    "night",
)
