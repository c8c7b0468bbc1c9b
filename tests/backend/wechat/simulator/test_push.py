from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backend.kit.cache import MemoryCache
from backend.kit.clock import FixedClock
from backend.wechat import Event, OfficialAccount, TextMessage
from backend.wechat.simulator import DEMO_OFFICIAL_ACCOUNT, SimulatorConfig
from backend.wechat.simulator.push import OUT_OF_ORDER
from tests.backend.wechat.conftest import NOON
from tests.backend.wechat.simulator.callbacks import Shop, running_shop
from tests.support.simulator import RunningSimulator, User, running_simulator


@pytest.fixture
def shop(simulator: RunningSimulator) -> Iterator[Shop]:
    with running_shop(DEMO_OFFICIAL_ACCOUNT, NOON) as shop:
        simulator.push_to(shop.url)
        yield shop


def test_following_is_told_and_answered(simulator: RunningSimulator, shop: Shop):
    user = simulator.new_user()
    assert simulator.follow(user)["outcome"] == "answered"
    [message] = shop.received
    assert isinstance(message, Event)
    assert (message.kind, message.from_user, message.scene) == ("subscribe", user.oa_openid, None)


def test_scene_of_a_code_is_told(simulator: RunningSimulator, shop: Shop):
    user = simulator.new_user()
    simulator.scan(user, "store-7")
    simulator.scan(user, "store-8")
    assert [(message.kind, message.scene) for message in shop.received if isinstance(message, Event)] == [
        ("subscribe", "store-7"),
        ("SCAN", "store-8"),
    ]


def test_ticket_of_a_code_is_told(simulator: RunningSimulator, shop: Shop, official_account: OfficialAccount):
    user, ticket = simulator.new_user(), official_account.codes.create("store-7").ticket
    for scene in ("store-7", "store-7", "of-nobody"):
        simulator.scan(user, scene)
    told = [message.fields.get("Ticket") for message in shop.received if isinstance(message, Event)]
    assert told == [ticket, ticket, None]


def test_leaving_is_told(simulator: RunningSimulator, shop: Shop, follower: User):
    simulator.unfollow(follower)
    message = shop.received[-1]
    assert isinstance(message, Event)
    assert message.kind == "unsubscribe"


def test_pushes_are_sealed(simulator: RunningSimulator, shop: Shop, follower: User):
    simulator.say(follower, "会员卡")
    query, body = shop.raw[-1]
    assert query["encrypt_type"] == "aes"
    assert "会员卡".encode() not in body


def test_words_and_reply_are_in_the_chat(simulator: RunningSimulator, shop: Shop, follower: User):
    shop.reply = "您的积分：120 ]]> <b>"
    assert simulator.say(follower, "积分 ]]> & <x>") == {"outcome": "answered", "tries": 1, "reply": shop.reply}
    message = shop.received[-1]
    assert isinstance(message, TextMessage)
    assert message.text == "积分 ]]> & <x>"
    said = [(one["sender"], one["text"]) for one in simulator.messages(follower, "text")]
    assert said == [("user", "积分 ]]> & <x>"), ("account", shop.reply)]


def test_slow_answers_are_tried_three_times_with_one_msg_id(simulator: RunningSimulator, shop: Shop, follower: User):
    shop.reply, shop.delays = "好", [1, 1, 0]
    assert simulator.say(follower, "签到") == {"outcome": "answered", "tries": 3, "reply": "好"}
    ids = {message.dedup_key for message in shop.received if isinstance(message, TextMessage)}
    assert len(ids) == 1
    assert len({query["nonce"] for query, _ in shop.raw[-3:]}) == 3


@pytest.mark.parametrize(("reply", "status"), [("garbage", 200), ("success", 500)])
def test_wrong_answers_are_shown_to_the_user(
    simulator: RunningSimulator, shop: Shop, follower: User, reply: str, status: int
):
    shop.reply, shop.status = reply, status
    assert simulator.say(follower, "签到") == {"outcome": "no-answer", "tries": 3, "reply": None}
    assert simulator.messages(follower, "notice")[-1]["text"] == OUT_OF_ORDER


def test_nobody_at_home_is_no_answer(simulator: RunningSimulator, follower: User):
    simulator.push_to("http://127.0.0.1:9/wechat")
    assert simulator.say(follower, "签到")["outcome"] == "no-answer"


def test_outcome_of_a_template_message_is_told(
    simulator: RunningSimulator, shop: Shop, follower: User, official_account: OfficialAccount
):
    msgid = official_account.send_template(follower.oa_openid, "T", {"thing1": "x"}, client_msg_id="1")
    simulator.fault("template/send", finish="failed:user block")
    blocked = official_account.send_template(follower.oa_openid, "T", {"thing1": "x"}, client_msg_id="2")
    simulator.wait_until_quiet()
    told = [(one.msg_id, one.status) for one in shop.received if isinstance(one, Event) and one.status]
    assert sorted(told) == sorted([(msgid, "success"), (blocked, "failed:user block")])
    assert [one["msgid"] for one in simulator.messages(follower, "template")] == [msgid]


def test_what_was_not_answered_goes_out_after_a_restart(tmp_path: Path, clock: FixedClock):
    config = SimulatorConfig(state=tmp_path / "wechat.db", clock=clock, push_timeout=0.5)
    with running_shop(DEMO_OFFICIAL_ACCOUNT, NOON) as shop:
        shop.delays = [0, *[2] * 20]
        with running_simulator(config) as before:
            before.push_to(shop.url)
            user = before.new_user()
            before.follow(user)
            account = OfficialAccount(DEMO_OFFICIAL_ACCOUNT, base_url=before.base_url, cache=MemoryCache(clock))
            sent = {account.send_template(user.oa_openid, "T", {"thing1": "x"}, client_msg_id=str(n)) for n in range(5)}
        assert _told(shop) < sent
        shop.delays.clear()
        shop.received.clear()
        clock.move(timedelta(minutes=1))
        with running_simulator(config) as after:
            after.wait_until_quiet()
        assert _told(shop) == sent
        assert {message.created_at for message in shop.received} == {NOON}


def _told(shop: Shop) -> set[str | None]:
    return {one.msg_id for one in shop.received if isinstance(one, Event) and one.status}


def test_who_does_not_follow_cannot_write(simulator: RunningSimulator, shop: Shop):
    user = simulator.new_user()
    with pytest.raises(Exception, match="409"):
        simulator.say(user, "hi")
    assert shop.received == []


def test_pushes_to_an_account_without_a_key_are_plain(simulator: RunningSimulator, follower: User):
    plain = replace(DEMO_OFFICIAL_ACCOUNT, aes_key="")
    simulator.post("apps", kind="official-account", appid=plain.appid, secret=plain.secret, token=plain.token)
    with running_shop(plain, NOON) as shop:
        shop.reply = "好"
        simulator.push_to(shop.url)
        assert simulator.say(follower, "会员卡")["reply"] == "好"
        query, body = shop.raw[-1]
    assert "encrypt_type" not in query
    assert "会员卡".encode() in body


def test_a_plain_reply_to_a_sealed_push_is_no_answer(simulator: RunningSimulator, shop: Shop, follower: User):
    shop.reply, shop.in_plain = "好", True
    assert simulator.say(follower, "会员卡")["outcome"] == "no-answer"
