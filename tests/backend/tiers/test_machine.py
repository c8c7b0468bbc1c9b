"""What is stored is what a replay gives (T1): random lives over a real database, with books that change on the way."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, update

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.points import Source
from backend.rulebooks.models import RuleBook
from backend.tiers import editions, journal
from backend.tiers.models import TierStanding
from backend.tiers.replay import replay
from tests.factories.members import make_member
from tests.factories.tiers import definition, publish_book, tier
from tests.support import nights
from tests.support.clocks import MORNING

SHORT = {"months": 2}
RATCHET = {"gift": {"points": 10, "again_after_days": 40}}
BOOKS = (
    definition(
        tier("silver", {"spent_fen": 30_000, "days": 20}, validity={"months": 1}, grace_days=5, **RATCHET),
        tier(
            "gold",
            {"any": [{"spent_in_a_day_fen": 60_000}, {"spent_fen": 100_000, "days": 30}, {"paid_membership": True}]},
            keep={"spent_fen": 20_000, "days": 40},
            validity=SHORT,
            landing="one-step",
            **RATCHET,
        ),
    ),
    definition(
        tier("silver", {"growth": 300}, validity=SHORT, landing="one-step"),
        tier("gold", {"all": [{"growth": 900}, {"purchases": 2, "days": 60}]}, validity="year-end", grace_days=10),
        growth={"per_yuan": 15_000, "decay": {"every": "month", "keep": 8_000}},
        on_refund="at-period-end",
    ),
    definition(
        tier("gold", {"any": [{"friends": 2}, {"spent_fen": 50_000, "days": "calendar-year"}]}, validity=SHORT),
        replaced={"silver": "gold", "diamond": "gold"},
        change="recompute",
    ),
)
SPEND = st.sampled_from([0, 99, 10_000, 29_999, 30_000, 60_000, 90_050])


class TierMachine(RuleBasedStateMachine):
    def __init__(self, sessions):
        super().__init__()
        self.sessions, self.now, self.ids = sessions, MORNING, count(1)
        self.purchases, self.given = {}, 0
        with sessions.write.begin() as session:
            session.execute(delete(RuleBook).where(RuleBook.version > 1))  # each life begins with the first book
            session.execute(update(TierStanding).values(due_at=None))  # and earlier lives are over
            self.member_id = make_member(session).id
            self.friends = [make_member(session).id for _ in range(3)]

    def do(self, work):
        with self.sessions.write.begin() as session:
            return work(session, points.lock(session, self.member_id, now=self.now))

    @rule(fen=SPEND, late=st.sampled_from([0, 0, 0, 3, 25]))
    def buy(self, fen, late):
        number, day = next(self.ids), shop_day(self.now - timedelta(days=late))
        self.do(
            lambda session, account: tiers.count_purchase(
                session, account, spent_fen=fen, counts_on=day, source=Source("purchase", number), now=self.now
            )
        )
        self.purchases[number] = fen

    @precondition(lambda self: self.purchases)
    @rule(data=st.data(), whole=st.booleans())
    def give_back(self, data, whole):
        number = data.draw(st.sampled_from(sorted(self.purchases)))
        left = self.purchases[number]
        fen = left if whole else data.draw(st.integers(0, left))
        self.do(
            lambda session, account: tiers.count_refund(
                session,
                account,
                spent_fen=fen,
                purchases=int(fen == left),
                of=Source("purchase", number),
                source=Source("refund", next(self.ids)),
                now=self.now,
            )
        )
        self.purchases[number] -= fen
        if fen == left:
            del self.purchases[number]

    @rule(amount=st.sampled_from([-400, -1, 5, 250]))
    def grow(self, amount):
        source = Source("event", next(self.ids))
        self.do(
            lambda session, account: tiers.add_growth(
                session, account, amount, kind="event", source=source, now=self.now
            )
        )

    @rule(code=st.sampled_from([None, "silver", "gold"]), days=st.sampled_from([None, 3, 45]))
    def give_by_hand(self, code, days):
        until_at = days and self.now + timedelta(days=days)

        def work(session, account):
            known = {one.code for one in tiers.tiers_now(session, now=self.now)}
            tiers.set_manual(
                session,
                account,
                code if code in known else None,
                until_at=until_at,
                by="demo",
                reason="试用",
                now=self.now,
            )

        self.do(work)

    @rule(starts=st.sampled_from([0, 4]), days=st.sampled_from([2, 30]))
    def pay_for_membership(self, starts, days):
        from_at = self.now + timedelta(days=starts)
        source = Source("paid", next(self.ids))
        self.do(
            lambda session, account: tiers.note_paid_period(
                session, account, from_at=from_at, until_at=from_at + timedelta(days=days), source=source, now=self.now
            )
        )

    @precondition(lambda self: self.friends)
    @rule()
    def have_a_friend_who_bought(self):
        friend_id = self.friends.pop()
        source = Source("friend", friend_id)
        self.do(
            lambda session, account: tiers.count_friend(
                session, account, friend_id=friend_id, source=source, now=self.now
            )
        )

    @rule(book=st.sampled_from(BOOKS), days=st.sampled_from([0, 3]))
    def publish(self, book, days):
        with self.sessions.write.begin() as session:
            publish_book(session, book, at=self.now + timedelta(days=days), now=self.now)

    @rule(days=st.sampled_from([1, 9, 31, 70]), microseconds=st.sampled_from([-1, 0, 1]))
    def clock_forward(self, days, microseconds):
        self.now += timedelta(days=days, microseconds=microseconds)

    @rule()
    def night(self):
        with self.sessions.write.begin() as session:
            nights.review(session, now=self.now, limit=10)

    @invariant()
    def a_read_is_what_a_replay_gives_and_writes_nothing(self):
        with self.sessions.read() as session:
            found = tiers.standing(session, self.member_id, now=self.now)
            row = session.get(TierStanding, self.member_id)
            lines = journal.read(session, [self.member_id])[self.member_id]
            timeline = editions.all_until(session, until=max(self.now, row.judged_at))
            at = max(self.now, row.judged_at)  # a book that came at the very instant counts right after it
            scratch = replay(lines, timeline, opened_at=row.opened_at, at=at)
            assert (found.tier.code, found.growth) == (scratch.state.tier, scratch.history.growth)
            assert tiers.verify(session, [self.member_id]) == []
            assert points.verify(session, [self.member_id]) == []


@pytest.mark.slow
def test_every_life_is_stored_as_a_replay_tells_it(sessions):
    run_state_machine_as_test(
        lambda: TierMachine(sessions),
        settings=settings(max_examples=4, stateful_step_count=25, deadline=None, derandomize=True, database=None),
    )
