"""Gifts (T7): at most once per rise, one for each tier passed, none for keeping, not again too soon."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from backend import points, tiers
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.tiers.models import TierChange, TierGift
from tests.factories.members import make_member
from tests.factories.tiers import YEAR, buy, definition, give_back, listen, publish_book, tier
from tests.support.clocks import LATE, MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime

AGAIN = 60
BOOK = definition(
    tier(
        "silver",
        {"spent_fen": 20_000, "days": 30},
        validity={"months": 1},
        gift={"points": 10, "again_after_days": AGAIN},
    ),
    tier("gold", {"spent_fen": 60_000, "days": 30}, validity={"months": 1}),
    tier(
        "black",
        {"spent_fen": 90_000, "days": 30},
        validity={"months": 2},
        gift={"points": 500, "coupons": ["WELCOME", "PARKING"], "again_after_days": AGAIN},
    ),
)


def gifts(session, account):
    session.flush()
    given = select(TierGift).where(TierGift.member_id == account.member_id).order_by(TierGift.at, TierGift.tier_code)
    return [(gift.tier_code, gift.points, gift.growth_seq) for gift in session.scalars(given)]


def credited(session, member_id):
    """What the ledger of points has of gifts."""
    entries = points.entries(session, member_id, limit=300)
    return sorted((entry.source_id, entry.amount) for entry in entries if entry.source_kind == "tier-gift")


def test_a_jump_gives_the_gift_of_each_tier_passed(session, account):
    publish_book(session, BOOK, at=MORNING)
    heard = listen(session)
    buy(session, account, 90_000, now=LATE)
    assert gifts(session, account) == [("black", 500, 1), ("silver", 10, 1)]
    told = [(fact.tier_code, fact.points, fact.coupons) for fact in heard if isinstance(fact, tiers.TierGiftGiven)]
    assert told == [("silver", 10, ()), ("black", 500, ("WELCOME", "PARKING"))]
    earned = [
        entry for entry in points.entries(session, account.member_id, limit=9) if entry.source_kind == "tier-gift"
    ]
    assert sorted((entry.source_id, entry.amount) for entry in earned) == [("black:1", 500), ("silver:1", 10)]


def test_keeping_gives_none(session, account):
    publish_book(session, BOOK, at=MORNING)
    for number in range(1, 30):
        buy(session, account, 20_000, number, now=LATE + timedelta(days=5 * number))
    assert [code for code, _, _ in gifts(session, account)] == ["silver", "black"]


def test_buying_and_returning_cannot_farm_it(session, account):
    publish_book(session, BOOK, at=MORNING)
    for number in range(1, 6):
        now = LATE + timedelta(days=number)
        assert buy(session, account, 20_000, number, now=now).tier.code == "silver"
        assert give_back(session, account, 20_000, of=number, number=number, whole=True, now=now).tier.code == "basic"
    assert len(gifts(session, account)) == 1


def test_a_rise_after_the_waiting_time_gives_again(session, account):
    publish_book(session, BOOK, at=MORNING)
    buy(session, account, 20_000, 1, now=LATE)
    buy(session, account, 20_000, 2, now=LATE + timedelta(days=AGAIN) - timedelta(microseconds=1))
    assert len(gifts(session, account)) == 1
    later = LATE + timedelta(days=2 * AGAIN)
    buy(session, account, 20_000, 3, now=later)
    assert len(gifts(session, account)) == 2


def test_parallel_purchases_that_each_reach_the_tier_give_one_gift(mariadb):
    sessions = make_runtime(mariadb, FixedClock(MORNING)).sessions
    with sessions.write.begin() as session:
        publish_book(session, BOOK, at=MORNING)
        member_id = make_member(session).id

    def shop(number):
        def work(session):
            buy(session, points.lock(session, member_id, now=LATE), 20_000, number, now=LATE)

        run(sessions.write, work)

    race(8, shop)
    with sessions.read() as session:
        given = session.scalars(select(TierGift).where(TierGift.member_id == member_id)).all()
        assert sorted(gift.tier_code for gift in given) == ["black", "silver"]
        assert tiers.verify(session, [member_id]) == []


class GiftMachine(RuleBasedStateMachine):
    """Every gift has its rise, no two of a tier are too near, and the ledger has each of them once."""

    def __init__(self, sessions):
        super().__init__()
        self.sessions, self.now, self.number, self.bought = sessions, LATE, 0, {}
        with sessions.write.begin() as session:
            self.member_id = make_member(session).id

    def do(self, work):
        with self.sessions.write.begin() as session:
            work(session, points.lock(session, self.member_id, now=self.now))

    @rule(fen=st.sampled_from([20_000, 60_000, 90_000]))
    def shop(self, fen):
        self.number += 1
        self.do(lambda session, account: buy(session, account, fen, self.number, now=self.now))
        self.bought[self.number] = fen

    @precondition(lambda self: self.bought)
    @rule(data=st.data())
    def bring_back(self, data):
        of = data.draw(st.sampled_from(sorted(self.bought)))
        fen = self.bought.pop(of)
        self.do(lambda session, account: give_back(session, account, fen, of=of, number=of, whole=True, now=self.now))

    @rule(days=st.sampled_from([1, 20, 45]))
    def wait(self, days):
        self.now += timedelta(days=days)

    @invariant()
    def gifts_are_as_promised(self):
        with self.sessions.read() as session:
            mine = TierGift.member_id == self.member_id
            given = session.scalars(select(TierGift).where(mine).order_by(TierGift.at)).all()
            rises = {change.growth_seq: change for change in tiers.history(session, self.member_id, limit=100)}
            ranks = {tier.code: tier.rank for tier in tiers.tiers_now(session, now=self.now)}
            for gift in given:
                rise = rises[gift.growth_seq]
                assert ranks[rise.from_code] < ranks[gift.tier_code] <= ranks[rise.to_code]
            for code in ("silver", "black"):
                times = [gift.at for gift in given if gift.tier_code == code]
                assert all(later - sooner >= timedelta(days=AGAIN) for sooner, later in pairwise(times))
            told = sorted((f"{gift.tier_code}:{gift.growth_seq}", gift.points) for gift in given)
            assert credited(session, self.member_id) == told


def test_gifts_of_random_lives(sessions):
    with sessions.write.begin() as session:
        publish_book(session, BOOK, at=MORNING)
    run_state_machine_as_test(
        lambda: GiftMachine(sessions),
        settings=settings(max_examples=5, stateful_step_count=15, deadline=None, phases=(Phase.generate,)),
    )


def test_a_change_without_a_gift_leaves_no_trace(session, account):
    publish_book(session, definition(tier("silver", {"spent_fen": 1, "days": 30}, validity=YEAR)), at=MORNING)
    buy(session, account, 1, now=LATE)
    assert gifts(session, account) == []
    assert len(session.scalars(select(TierChange)).all()) == 1
