import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import points, tiers
from backend.points import Source
from backend.tiers.models import TierChange, TierStanding
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING


@pytest.fixture
def account(session):
    return points.lock(session, make_member(session).id, now=MORNING)


def grow(session, account, amount, number=1):
    return tiers.add_growth(session, account, amount, source=Source("purchase", number), now=LATE)


def test_growth_raises_the_tier_at_once_and_leaves_its_evidence(session, account):
    assert grow(session, account, 12_000).code == "gold"
    found = tiers.standing(session, account.member_id)
    assert (found.tier.code, found.since_at, found.missing) == ("gold", LATE, 38_000)
    session.flush()
    change = session.scalars(select(TierChange)).one()
    assert (change.from_code, change.to_code, change.growth_seq, change.at) == ("basic", "gold", 1, LATE)


def test_rises_and_falls_are_announced(session, account):
    heard = []
    session.info["listeners"] = {
        fact: [lambda _session, said: heard.append(said)] for fact in (tiers.TierReached, tiers.TierLost)
    }
    grow(session, account, 2_000)
    grow(session, account, 1, number=2)
    grow(session, account, -2, number=3)
    assert heard == [
        tiers.TierReached(account.member_id, "silver", "银卡", "basic", 1, LATE),
        tiers.TierLost(account.member_id, "basic", "普通", "silver", 3, LATE),
    ]


def test_one_source_counts_once(session, account):
    grow(session, account, 100)
    session.flush()
    grow(session, account, 100)
    with pytest.raises(IntegrityError):
        session.flush()


def test_spending_points_never_changes_a_tier(session, account):
    grow(session, account, 2_000)
    points.spend(session, account, 100, source=Source("exchange", 1), now=LATE)
    assert tiers.standing(session, account.member_id).tier.code == "silver"


def test_recomputing_the_journal_gives_the_tier_that_is_stored(session, rng):
    for _ in range(10):
        account = points.lock(session, make_member(session).id, now=MORNING)
        for number in range(8):
            grow(session, account, rng.randint(-30_000, 30_000), number)
        session.flush()
        lines = select(tiers.GrowthEntry).where(tiers.GrowthEntry.member_id == account.member_id)
        growth = sum(line.amount for line in session.scalars(lines))
        stored = session.get(TierStanding, account.member_id)
        assert (stored.growth, stored.tier_code) == (growth, tiers.tier_at(growth).code)
