from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import points, tiers
from backend.members import MembershipClosed, MembersMerged
from backend.points import Source
from backend.tiers import journal
from backend.tiers.models import TierChange, TierFriend, TierGift, TierReview, TierStanding
from tests.factories.members import make_member
from tests.factories.tiers import YEAR, buy, definition, give_back, publish_book, tier
from tests.support.clocks import LATE, MORNING

BOOK = definition(
    tier("silver", {"spent_fen": 50_000, "days": 30}, validity=YEAR, gift={"points": 10}),
    tier("gold", {"spent_fen": 100_000, "days": 30}, validity=YEAR, gift={"points": 50}),
    growth={"decay": {"every": "month", "keep": 5_000}},
)
LATER = LATE + timedelta(days=40)


@pytest.fixture
def both(session):
    publish_book(session, BOOK, at=MORNING)
    return [points.lock(session, make_member(session).id, now=MORNING) for _ in range(2)]


def merge(session, gone, into, at=LATER):
    session.flush()
    tiers.merge_standings(session, MembersMerged(gone.member_id, into.member_id, at))
    session.flush()


def test_what_both_did_counts_as_if_one_had_done_it(session, both):
    gone, into = both
    buy(session, gone, 60_000, 1, now=LATE)
    buy(session, into, 40_000, 2, now=LATE + timedelta(days=1))
    merge(session, gone, into)
    found = tiers.standing(session, into.member_id, now=LATER)
    assert (found.tier.code, found.growth) == ("gold", 500)
    assert found.valid_until == MORNING.replace(year=2027, day=2, hour=16)
    assert tiers.verify(session, [into.member_id]) == []
    change = session.scalars(select(TierChange).where(TierChange.member_id == into.member_id)).one()
    assert (change.cause, change.from_code, change.to_code) == ("merge", "basic", "gold")
    assert session.get(TierStanding, gone.member_id).closed_at == LATER


def test_refunds_find_the_purchases_of_the_one_who_is_gone(session, both):
    gone, into = both
    buy(session, gone, 60_000, 1, now=LATE)
    give_back(session, gone, 10_000, of=1, number=7, now=LATE)
    merge(session, gone, into)
    assert tiers.standing(session, into.member_id, now=LATER).tier.code == "silver"
    outcome = give_back(session, into, 1, of=1, now=LATER)
    assert outcome.tier.code == "basic"
    session.flush()
    assert tiers.verify(session, [into.member_id]) == []


def test_lines_without_a_purchase_are_told_apart_from_the_survivors_own(session, both):
    gone, into = both
    for account in both:
        tiers.add_growth(session, account, 30, kind="event", source=Source("event", 1), now=LATE)
    merge(session, gone, into, at=LATE)
    assert tiers.standing(session, into.member_id, now=LATE).growth == 60
    lines = journal.read(session, [into.member_id])[into.member_id]
    assert [(line.kind, line.value) for line in lines] == [("event", 30), ("event", 30), ("merge", 0)]


def test_becoming_one_gives_no_gift_and_forgets_none(session, both):
    gone, into = both
    buy(session, gone, 60_000, 1, now=LATE)
    merge(session, gone, into)
    mine = select(TierGift).where(TierGift.member_id == into.member_id)
    assert [(gift.tier_code, gift.growth_seq) for gift in session.scalars(mine)] == [("silver", -1)]
    give_back(session, into, 60_000, of=1, whole=True, now=LATER)
    assert buy(session, into, 50_000, 2, now=LATER).tier.code == "silver"
    session.flush()
    assert len(session.scalars(mine).all()) == 1


def test_a_rise_that_was_due_before_is_written_down_with_its_gift(session, both):
    gone, into = both
    buy(session, into, 40_000, 1, now=LATE)
    lower = tier("silver", {"spent_fen": 40_000, "days": 60}, validity=YEAR, gift={"points": 10})
    publish_book(session, definition(lower, BOOK["tiers"][2]), at=LATE + timedelta(days=1))
    merge(session, gone, into)
    given = session.scalars(select(TierGift).where(TierGift.member_id == into.member_id)).one()
    assert (given.tier_code, given.points, given.growth_seq > 0) == ("silver", 10, True)
    assert points.entry_of(session, into.member_id, Source("tier-gift", f"silver:{given.growth_seq}")).amount == 10


def test_friends_go_along(session, both):
    gone, into = both
    friend, inviter = (points.lock(session, make_member(session).id, now=MORNING) for _ in range(2))
    tiers.count_friend(session, gone, friend_id=friend.member_id, source=Source("friend", 1), now=LATE)
    tiers.count_friend(session, into, friend_id=gone.member_id, source=Source("friend", 2), now=LATE)
    tiers.count_friend(session, inviter, friend_id=into.member_id, source=Source("friend", 3), now=LATE)
    merge(session, gone, into)
    session.expire_all()
    known = {one.friend_id: one.inviter_id for one in session.scalars(select(TierFriend))}
    assert known == {friend.member_id: into.member_id, into.member_id: inviter.member_id}


def test_who_leaves_is_no_longer_looked_at(session, both):
    account, friend = both
    tiers.count_friend(session, account, friend_id=friend.member_id, source=Source("friend", 1), now=LATE)
    buy(session, friend, 60_000, 1, now=LATE)
    buy(session, account, 60_000, 2, now=LATE)
    session.flush()
    tiers.close_standing(session, MembershipClosed(account.member_id, LATER))
    session.flush()
    row = session.get(TierStanding, account.member_id)
    assert (row.closed_at, row.due_at, row.warn_at) == (LATER, None, None)
    assert session.scalars(select(TierReview)).all() == []
    assert tiers.standing(session, account.member_id, now=LATER).tier.code == "silver"
