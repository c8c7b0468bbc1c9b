import pytest

from backend import points, tiers
from backend.points import Source
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING


@pytest.fixture
def account(session):
    return points.lock(session, make_member(session).id, now=MORNING)


def test_nobody_has_no_standing(session):
    with pytest.raises(tiers.NoStanding):
        tiers.standing(session, 404)


def test_a_new_member_is_in_the_base_tier(session, account):
    found = tiers.standing(session, account.member_id)
    assert (found.tier.code, found.growth, found.since_at) == ("basic", 0, MORNING)
    assert found.next
    assert (found.next.code, found.missing) == ("silver", 2_000)


def test_the_top_tier_misses_nothing(session, account):
    tiers.add_growth(session, account, 60_000, source=Source("purchase", 1), now=LATE)
    found = tiers.standing(session, account.member_id)
    assert (found.next, found.missing) == (None, 0)
