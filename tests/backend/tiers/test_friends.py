from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import points, tiers
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.points import Source
from backend.tiers.models import TierReview
from tests.factories.members import make_member
from tests.factories.tiers import YEAR, buy, definition, publish_book, tier
from tests.support import nights
from tests.support.clocks import LATE, MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime

SOCIAL = definition(
    tier("silver", {"any": [{"spent_fen": 50_000, "days": 30}, {"friends": 3}]}, validity=YEAR),
    tier("gold", {"friends": 3, "tier": "silver"}, validity=YEAR),
)


def befriend(session, account, friend_id, now=LATE):
    return tiers.count_friend(session, account, friend_id=friend_id, source=Source("friend", friend_id), now=now)


def review(session, now=LATE, limit=10):
    session.flush()
    counts = tiers.review_friends(session, now=now, limit=limit)
    session.flush()
    return counts


def code_of(session, member_id, now=LATE):
    return tiers.standing(session, member_id, now=now).tier.code


def test_three_friends_who_bought_make_silver_and_three_of_them_silver_make_gold(session, account):
    publish_book(session, SOCIAL, at=MORNING)
    friends = [make_member(session).id for _ in range(3)]
    assert [befriend(session, account, friend_id).tier.code for friend_id in friends] == ["basic", "basic", "silver"]
    for number, friend_id in enumerate(friends, start=1):
        assert code_of(session, account.member_id) == "silver"
        buy(session, points.lock(session, friend_id, now=LATE), 50_000, number, now=LATE)
        assert review(session) == {"inviters": 1, "moved": int(number == 3)}
    assert code_of(session, account.member_id) == "gold"
    assert review(session) == {}
    assert tiers.verify(session, [account.member_id, *friends]) == []


def test_a_friend_who_has_the_tier_already_counts_at_once(session, account):
    publish_book(session, SOCIAL, at=MORNING)
    for number in range(1, 4):
        friend = points.lock(session, make_member(session).id, now=LATE)
        buy(session, friend, 50_000, number, now=LATE)
        outcome = befriend(session, account, friend.member_id)
    assert outcome.tier.code == "gold"


def test_friends_are_off_by_default(session, account):
    for number in range(1, 5):
        friend = points.lock(session, make_member(session).id, now=LATE)
        buy(session, friend, 5_000_000, number, now=LATE)
        befriend(session, account, friend.member_id)
    assert code_of(session, account.member_id) == "basic"


def test_a_friend_who_falls_counts_no_longer_for_what_is_asked_later(session, account):
    publish_book(session, SOCIAL, at=MORNING)
    friend = points.lock(session, make_member(session).id, now=LATE)
    befriend(session, account, friend.member_id)
    buy(session, friend, 50_000, now=LATE)
    review(session)
    later = LATE + timedelta(days=400)
    nights.review(session, now=later, limit=10)
    assert review(session, later)["inviters"] == 1
    need = tiers.standing(session, account.member_id, now=later).missing_ways
    assert [[one.had for one in way if one.kind == "friends"] for way in need] == [[], [1]]


def test_everybody_is_the_friend_of_one(session, account):
    friend_id, other = make_member(session).id, points.lock(session, make_member(session).id, now=MORNING)
    befriend(session, account, friend_id)
    befriend(session, account, friend_id)
    with pytest.raises(tiers.FriendTaken):
        befriend(session, other, friend_id)
    with pytest.raises(tiers.OwnFriend):
        befriend(session, account, account.member_id)
    with pytest.raises(tiers.NoStanding):
        befriend(session, account, 404)


def test_an_inviter_who_left_is_not_waited_for(session, account):
    friend = points.lock(session, make_member(session).id, now=LATE)
    befriend(session, account, friend.member_id)
    buy(session, friend, 500_000, now=LATE)
    session.flush()
    points.close(session, account, source_id=1, now=LATE)
    assert review(session) == {"inviters": 1}
    assert session.scalars(select(TierReview)).all() == []


def test_friends_who_rise_at_once_are_all_told_of_and_none_waits_for_another(mariadb):
    """The friend's transaction takes no second lock: inviter and friend may both buy at the same moment."""
    sessions = make_runtime(mariadb, FixedClock(MORNING)).sessions
    with sessions.write.begin() as session:
        publish_book(session, SOCIAL, at=MORNING)
        inviter_id = make_member(session).id
        friends = [make_member(session).id for _ in range(3)]
        account = points.lock(session, inviter_id, now=LATE)
        for friend_id in friends:
            befriend(session, account, friend_id)
    everybody = [*friends, inviter_id]

    def shop(number):
        def work(session):
            buy(session, points.lock(session, everybody[number % 4], now=LATE), 10_000, number, now=LATE)

        run(sessions.write, work)
        run(sessions.write, lambda session: tiers.review_friends(session, now=LATE, limit=5))

    race(20, shop)
    run(sessions.write, lambda session: tiers.review_friends(session, now=LATE, limit=5))
    with sessions.read() as session:
        assert code_of(session, inviter_id) == "gold"
        assert tiers.verify(session, everybody) == []
