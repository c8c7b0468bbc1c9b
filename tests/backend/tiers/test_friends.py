"""Three friends who bought make silver; three of them silver make gold."""

from datetime import timedelta

import pytest

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.points import Source
from backend.tiers.friends import FriendTaken, OwnFriend, count_friend, review_friends
from tests.factories.members import make_member
from tests.factories.tiers import definition, publish_book, tier
from tests.support.clocks import MORNING

BOOK = definition(
    tier("silver", {"any": [{"friends": 3}, {"growth": 100}]}),
    tier("gold", {"friends": 3, "tier": "silver"}),
)
LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def inviter(session):
    publish_book(session, BOOK, at=MORNING)
    return make_member(session).id


@pytest.fixture
def friends(session, inviter):
    return [make_member(session).id for _ in range(3)]


def bring(session, inviter, friend_id):
    account = points.lock(session, inviter, now=MORNING)
    return count_friend(session, account, friend_id=friend_id, source=Source("referral", friend_id), now=MORNING)


def buy(session, member_id):
    account = points.lock(session, member_id, now=LATER)
    why = Source("purchase", member_id)
    tiers.count_purchase(session, account, spent_fen=10_000, counts_on=shop_day(LATER), source=why, now=LATER)
    session.flush()


def code_of(session, member_id):
    session.flush()
    return tiers.standing(session, member_id, now=LATER).tier.code


def test_the_third_friend_who_bought_raises_the_tier(session, inviter, friends):
    codes = [bring(session, inviter, friend_id).tier.code for friend_id in friends]
    assert codes == ["basic", "basic", "silver"]


def test_the_same_friend_counts_once(session, inviter, friends):
    codes = [bring(session, inviter, friends[0]).tier.code for _ in range(4)]
    assert codes == ["basic"] * 4


def test_everybody_has_one_inviter_and_is_not_their_own(session, inviter, friends):
    bring(session, inviter, friends[0])
    with pytest.raises(FriendTaken):
        bring(session, friends[1], friends[0])
    with pytest.raises(OwnFriend):
        bring(session, inviter, inviter)


def test_friends_who_rise_raise_their_inviter_when_looked_at(session, inviter, friends):
    for friend_id in friends:
        bring(session, inviter, friend_id)
    for friend_id in friends:
        buy(session, friend_id)
    assert code_of(session, inviter) == "silver"
    assert review_friends(session, now=LATER, limit=10) == {"inviters": 1, "moved": 1}
    assert code_of(session, inviter) == "gold"
    assert review_friends(session, now=LATER, limit=10) == {}
