from datetime import timedelta

import pytest

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.members import MembershipClosed, MembersMerged
from backend.points import Source
from backend.tiers.merging import close_standing, merge_standings
from backend.tiers.models import TierStanding
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

AFTER = LATE + timedelta(hours=1)


def buy(session, member_id, fen, number):
    account = points.lock(session, member_id, now=LATE)
    why = Source("purchase", number)
    tiers.count_purchase(session, account, spent_fen=fen, counts_on=shop_day(LATE), source=why, now=LATE)
    session.flush()


@pytest.fixture
def pair(session):
    gone, into = make_member(session).id, make_member(session).id
    buy(session, gone, 120_000, 1)
    buy(session, into, 90_000, 2)
    return gone, into


def test_what_both_did_counts_as_one_person_s(session, pair):
    gone, into = pair
    assert tiers.standing(session, into, now=LATE).tier.code == "basic"
    merge_standings(session, MembersMerged(gone, into, AFTER))
    session.flush()
    found = tiers.standing(session, into, now=AFTER)
    assert (found.tier.code, found.growth) == ("silver", 2_100)
    assert session.get(TierStanding, gone).closed_at == AFTER
    assert tiers.verify(session, [into]) == []


def test_a_return_of_what_the_other_bought_takes_back_from_the_one_who_stays(session, pair):
    gone, into = pair
    merge_standings(session, MembersMerged(gone, into, AFTER))
    session.flush()
    account = points.lock(session, into, now=AFTER)
    outcome = tiers.count_refund(
        session,
        account,
        spent_fen=120_000,
        purchases=1,
        of=Source("purchase", 1),
        source=Source("refund", 1),
        now=AFTER,
    )
    assert (outcome.tier.code, outcome.growth) == ("basic", -1_200)


def test_who_has_left_stands_nowhere_any_more(session):
    member_id = make_member(session).id
    close_standing(session, MembershipClosed(member_id, MORNING))
    row = session.get(TierStanding, member_id)
    assert (row.closed_at, row.due_at, row.warn_at) == (MORNING, None, None)
