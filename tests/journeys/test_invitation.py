"""A friend is invited, joins, buys; the return window passes, and both are rewarded: over HTTP and by the clock."""

from datetime import timedelta

import pytest

from backend.jobs import referrals as job
from config import policy
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.phone import member_client, simulated_wechat
from tests.support.runtimes import make_runtime
from tests.support.till import open_till

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

MP = "/api/mp/v1"
DEVICE = {"X-Device-Id": "phone-of-the-friend"}


@pytest.fixture
def wechat():
    with simulated_wechat() as running:
        yield running


@pytest.fixture
def runtime(engine, clock, wechat):
    return make_runtime(engine, clock, wechat_url=wechat.base_url)


@pytest.fixture
def inviter_id(sessions):
    with sessions.write.begin() as session:
        return make_member(session, now=MORNING - timedelta(days=100), nickname="王芳").id


def points_of(phone):
    return phone.get(f"{MP}/me").json["points"]["available"]


def test_a_friend_is_invited_joins_buys_and_both_are_rewarded(app, runtime, clock, wechat, inviter_id):
    mine = member_client(app, inviter_id).get(f"{MP}/referrals").json

    user, friend = wechat.new_user(), app.test_client()
    token = friend.post(f"{MP}/login", json={"code": wechat.login_code(user)}, headers=DEVICE).json["token"]
    friend.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    wish = {
        "phone_code": wechat.phone_code(user),
        "consent_version": policy.CONSENT_VERSIONS[-1],
        "nickname": "李雷",
        "invite_code": mine["code"],
    }
    assert friend.post(f"{MP}/members", json=wish, headers=DEVICE).status_code == 201
    assert friend.get(f"{MP}/referrals").json["invited_by"]["name"] == "王*"

    clock.set(MORNING + timedelta(hours=1))
    till = open_till(app)
    card = friend.get(f"{MP}/me/card").json
    friend_id = till.post("/members/lookup", {"code": card["code"]}).json["member_id"]
    body = till_body(26_800, member_id=friend_id, paid_at="2026-03-01T10:00:00+08:00")
    assert till.post("/purchases", body).status_code == 201

    clock.set(MORNING + timedelta(days=6))
    assert job.reward_referrals(runtime, clock.now()) == {}
    (waiting,) = member_client(app, inviter_id).get(f"{MP}/referrals").json["items"]
    assert (waiting["name"], waiting["state"]) == ("李*", "waiting")

    clock.set(MORNING + timedelta(days=9))
    phones = [member_client(app, inviter_id), member_client(app, int(friend_id))]
    before = [points_of(phone) for phone in phones]
    assert job.reward_referrals(runtime, clock.now()) == {"rewarded": 1}
    assert [points_of(phone) - then for phone, then in zip(phones, before, strict=True)] == [250, 100]
    (friend_shown,) = phones[0].get(f"{MP}/referrals").json["items"]
    assert (friend_shown["state"], friend_shown["points"]) == ("rewarded", 200)
    titles = [{one["title"] for one in phone.get(f"{MP}/messages").json["items"]} for phone in phones]
    assert {"邀请奖励到账通知", "邀请阶段奖励通知"} <= titles[0]
    assert "新人奖励到账通知" in titles[1]
