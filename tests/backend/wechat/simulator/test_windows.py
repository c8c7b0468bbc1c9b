from datetime import timedelta

import pytest

from backend import wechat
from backend.kit.clock import FixedClock
from backend.wechat import OfficialAccount
from tests.support.simulator import RunningSimulator, User


def sent(account: OfficialAccount, user: User, count: int) -> list[int | None]:
    """The errcodes of so many messages, None for those that were taken."""
    return [_sent(account, user) for _ in range(count)]


def _sent(account: OfficialAccount, user: User) -> int | None:
    try:
        account.send_custom(user.oa_openid, "您好")
    except wechat.OutOfWindow as refused:
        return refused.errcode
    return None


def test_a_follow_opens_three_for_a_minute(follower: User, official_account: OfficialAccount, clock: FixedClock):
    assert sent(official_account, follower, 4) == [None] * 3 + [45047]
    clock.move(timedelta(minutes=1))
    assert sent(official_account, follower, 1) == [45015]


def test_words_open_five_for_48_hours(
    simulator: RunningSimulator, follower: User, official_account: OfficialAccount, clock: FixedClock
):
    clock.move(timedelta(minutes=5))
    simulator.say(follower, "在吗")
    clock.move(timedelta(hours=48) - timedelta(milliseconds=1))
    assert sent(official_account, follower, 6) == [None] * 5 + [45047]
    clock.move(timedelta(milliseconds=1))
    assert sent(official_account, follower, 1) == [45015]


def test_words_open_five_anew(simulator: RunningSimulator, follower: User, official_account: OfficialAccount):
    simulator.say(follower, "在吗")
    sent(official_account, follower, 5)
    simulator.say(follower, "还在吗")
    assert sent(official_account, follower, 5) == [None] * 5


def test_leaving_opens_nothing(simulator: RunningSimulator, follower: User, official_account: OfficialAccount):
    simulator.unfollow(follower)
    with pytest.raises(wechat.RecipientUnreachable) as refused:
        official_account.send_custom(follower.oa_openid, "您好")
    assert refused.value.errcode == 43004
